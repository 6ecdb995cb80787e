import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { mostQuestions } from '../../jobs/matchmaking/question.ts';
import type { FleetClient } from '../../producers/client.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { aMatch, aPlayer, aTicket } from '../support/builders.ts';
import { openClientDomain } from '../support/client-domain.ts';
import { queuesOf } from '../support/client-inside.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { setPaused } from '../support/office.ts';

type Domain = Awaited<ReturnType<typeof openClientDomain>>['domain'];

let domain: Domain;
let client: FleetClient;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
});

const key = (name: string) => `{${domain.domain}.matchmaking}:${name}`;
const asPlayer = (playerId: string) => ({ actor: { kind: 'player', playerId } }) as const;

/** A ticket of one player that searches. */
async function search(ticketId: string, skill: number): Promise<void> {
  const players = [aPlayer(ticketId, skill)];
  await domain.tickets.start([{ ...aTicket(ticketId), players }]);
}

/** Cycles of the pool over one mirror, as a worker runs them, as soon as somebody asks. */
function serve(asks: number): Promise<void> {
  const mirror = openMirror(domain.pool, 'duel');
  const stores = cycleStores(domain.pool);
  return expect
    .poll(() => domain.redis.llen(key('questions:duel')), { timeout: 10_000 })
    .toBe(asks)
    .then(async () => {
      while (await runCycle(mirror, stores));
    });
}

describe('a ticket that searches', () => {
  test('is explained by its next cycle, and the pool is woken for it', async () => {
    await search('low', 10);
    await search('high', 35);

    const [explained] = await Promise.all([client.explainTicket('low'), serve(1)]);

    expect(explained).toMatchObject({
      ticketId: 'low',
      status: 'SEARCHING',
      pool: 'duel',
      summary: expect.stringContaining('needs 1 more player'),
      search: { waitsFor: 'players', nearestMiss: { ticketId: 'high', by: 15, limit: 10 } },
    });
    const jobs = await queuesOf(client).matchmaking.getWaiting();
    expect(jobs.map((job) => [job.name, job.data.items])).toEqual([['form-matches', [{ pool: 'duel' }]]]);
  });

  test('asked about many times, is answered every time, a few per cycle', async () => {
    await search('low', 10);

    const answers = Array.from({ length: 11 }, () => client.explainTicket('low'));
    await serve(11);

    expect((await Promise.all(answers)).every((it) => it.search?.waitsFor === 'players')).toBe(true);
  });

  test('of a paused configuration waits for an operator first', async () => {
    await search('a', 10);
    await search('b', 10);
    await setPaused(domain.pool, 'duel', true);

    const [explained] = await Promise.all([client.explainTicket('a'), serve(1)]);

    expect(explained.summary).toMatch(
      /^waits for an operator to resume configuration duel, paused since .+; beyond that: a match/,
    );
    expect(explained.search?.waitsFor).toBe('soon');
  });

  test('that is matched by the cycle which should explain it is told where it is now', async () => {
    await search('a', 10);
    await search('b', 10);

    const [explained] = await Promise.all([client.explainTicket('a'), serve(1)]);

    expect(explained).toMatchObject({ status: 'PLACING', matchId: expect.any(String) });
  });

  test('is refused by name when too many questions about its pool wait', async () => {
    await search('low', 10);
    await domain.redis.rpush(key('questions:duel'), ...Array<string>(mostQuestions).fill('{}'));

    await expect(client.explainTicket('low')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('100 questions about pool duel wait already'),
    });
  });
});

describe('a player', () => {
  test('may ask about a ticket they are in, and is told of no other', async () => {
    await search('low', 10);
    await search('high', 35);

    const [explained] = await Promise.all([client.explainTicket('low', asPlayer('low')), serve(1)]);

    expect(explained.summary).toContain('needs 1 more player');
    expect(JSON.stringify(explained)).not.toContain('high');
    await expect(client.explainTicket('high', asPlayer('low'))).rejects.toMatchObject({ code: 'not-found' });
  });

  test('learns of a proposal how many have accepted, and only whether they themselves have', async () => {
    await commit(60_000);
    await domain.pool.tickets.accept({ ticketId: 'a', matchId: 'm', acceptance: 'ACCEPT', playerIds: ['a'] });

    expect((await client.explainTicket('a', asPlayer('a'))).acceptance).toMatchObject({
      players: 2,
      accepted: 1,
      waitingFor: [],
    });
    expect((await client.explainTicket('b', asPlayer('b'))).acceptance).toMatchObject({ waitingFor: ['b'] });
  });
});

/** Tickets `a` and `b` in match `m`: a proposal where players are asked, `acceptMs` long. */
async function commit(acceptMs?: number): Promise<void> {
  await search('a', 10);
  await search('b', 10);
  const { tickets } = await domain.pool.mirror.readPool('duel', 0, 10);
  const revisions = tickets.map((it) => it.revision);
  const match = aMatch('m', tickets);
  await domain.pool.matches.commit(
    'duel',
    [{ match, jobId: 'carries-m', revisions, ruleEvaluations: [] }],
    acceptMs,
  );
}

describe('a ticket that does not search gets an honest answer without a worker', () => {
  test('REQUIRES_ACCEPTANCE: it waits for whoever has not answered', async () => {
    await commit(60_000);
    await domain.pool.tickets.accept({ ticketId: 'a', matchId: 'm', acceptance: 'ACCEPT', playerIds: ['a'] });

    expect(await client.explainTicket('a')).toMatchObject({
      status: 'REQUIRES_ACCEPTANCE',
      matchId: 'm',
      summary: expect.stringMatching(/1 of 2 players have accepted; it waits until .+ for 1: "b"$/),
      acceptance: { waitingFor: ['b'] },
    });
  });

  test('PLACING: it waits for the job that carries its match', async () => {
    await commit();

    expect(await client.explainTicket('a')).toMatchObject({
      status: 'PLACING',
      summary: expect.stringContaining('its job on session-creation is gone; it is added again within 10 s'),
      job: { id: 'carries-m', queue: 'session-creation' },
    });
  });

  test('ended: it waits for nothing, and why it ended', async () => {
    await search('a', 10);
    await domain.pool.tickets.stop('a');

    expect((await client.explainTicket('a')).summary).toBe('waits for nothing: Cancelled by request.');
  });
});
