import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { startMatches } from '../../workers/session-creation/start-match.ts';
import { aConfiguration, aMatch, aTicket } from '../support/builders.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { ticketRecords } from '../support/ticket-records.ts';

/** Nobody leaves another match here. */
const noQueues = { enqueue: async () => undefined };

let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  await fleet.stores.pool.settings.install(aConfiguration());
});

/** Two tickets decided as a match and waiting in the outbox. */
async function commit(matchId: string, ...ticketIds: string[]) {
  const { pool } = fleet.stores;
  await fleet.producerTickets.start(ticketIds.map((id) => aTicket(id)));
  const tickets = (await pool.mirror.readPool('duel', 0, 100)).tickets.filter((it) =>
    ticketIds.includes(it.ticketId),
  );
  const match = { ...aMatch(matchId, tickets), now: Date.now() };
  await pool.matches.commit('duel', [
    { match, jobId: 'job', revisions: tickets.map((it) => it.revision), ruleEvaluations: [] },
  ]);
  return match;
}

/**
 * Delivers start-match for matches that are in the outbox, or are put back there as if their settling had
 * been lost.
 */
const start = async (...matches: CommittedMatch[]) => {
  for (const match of matches)
    await fleet.redis.hset(`{${fleet.domain}.matchmaking}:outbox`, match.matchId, JSON.stringify(match));
  return perform(
    startMatches({ ...fleet.stores, queues: noQueues, onRefused: () => undefined }),
    matches.map(({ matchId }) => ({ matchId })),
  );
};
const status = async (ticketId: string) => (await fleet.producerTickets.describe([ticketId]))[0]?.status;
const openSession = (playerId: string, sessionId: string) =>
  perform(createSessions({ ...fleet.stores, onCreated: () => undefined }), [
    { sessionId, playerId, requestedAt: 0 },
  ]);

test('a committed match becomes one document, its tickets COMPLETED, its outbox entry gone (invariant 4)', async () => {
  const match = await commit('m', 'a', 'b');

  await start(match);

  expect(await fleet.db.collection('matches').find().toArray()).toMatchObject([
    {
      _id: 'm',
      status: 'COMPLETED',
      rule_set: { name: 'duel', version: 1 },
      now: match.now,
      seed: 1,
      teams: match.teams,
    },
  ]);
  expect([await status('a'), await status('b')]).toEqual(['COMPLETED', 'COMPLETED']);
  expect(await ticketRecords(fleet.db, { match_id: 'm', status: 'COMPLETED' })).toHaveLength(2);
  expect(await fleet.redis.hlen(`{${fleet.domain}.matchmaking}:outbox`)).toBe(0);
});

test("a match keeps each team's chance to win as its players' ratings had it", async () => {
  const strong = { mu: 35, sigma: 2, games: 40, version: 40, at: 0, season: 0 };
  await fleet.db
    .collection<{ _id: string }>('players')
    .insertOne({ _id: 'a', cognito_id: 'a', ratings: { default: strong } } as { _id: string });

  await start(await commit('m', 'a', 'b'));

  const { chances } = (await fleet.stores.matches.find(['m'])).get('m') ?? {};
  expect(chances?.[0]).toBeGreaterThan(0.6);
  expect((chances?.[0] ?? 0) + (chances?.[1] ?? 0)).toBeCloseTo(1, 12);
});

test('doing it again changes nothing (invariant 9)', async () => {
  const match = await commit('m', 'a', 'b');
  await openSession('a', 'sa');
  await start(match);
  const everything = () =>
    Promise.all([
      ...['matches', 'sessions'].map((it) => fleet.db.collection(it).find().toArray()),
      ticketRecords(fleet.db),
    ]);
  const before = await everything();

  await start(match);

  expect(await everything()).toEqual(before);
});

test('a match that was settled meanwhile is left alone', async () => {
  const match = await commit('m', 'a', 'b');
  await start(match);

  const outcome = await perform(
    startMatches({ ...fleet.stores, queues: noQueues, onRefused: () => undefined }),
    [{ matchId: 'm' }, { matchId: 'ghost' }],
  );

  expect(outcome).toMatchObject({ kind: 'done', result: { started: 0 } });
});

test('starting a match reads and writes nothing of sessions: a second one of its player is as it was', async () => {
  await openSession('a', 'first');
  await openSession('a', 'second');
  const sessions = () => fleet.db.collection('sessions').find().sort({ _id: 1 }).toArray();
  const before = await sessions();
  const { sessions: _none, cache: _neither, ...stores } = fleet.stores;
  const match = await commit('m', 'a', 'b');

  await perform(
    startMatches({ ...stores, queues: noQueues, onRefused: () => undefined }),
    [match].map(({ matchId }) => ({ matchId })),
  );

  expect(await status('a')).toBe('COMPLETED');
  expect(await sessions()).toEqual(before);
});

test('a match with a ticket that already belongs to another match fails; its other tickets search again (invariant 2)', async () => {
  const first = await commit('m1', 'a', 'b');
  await start(first);
  // The queue store went back in time: it decides ticket a again, with c.
  await fleet.redis.unlink(
    `{${fleet.domain}.matchmaking}:ticket:a`,
    `{${fleet.domain}.matchmaking}:player:a`,
  );
  const again = await commit('m2', 'a', 'c');

  await start(again);

  expect(await fleet.db.collection<{ _id: string }>('matches').findOne({ _id: 'm2' })).toMatchObject({
    status: 'FAILED',
  });
  expect([await status('a'), await status('c')]).toEqual(['FAILED', 'SEARCHING']);
  expect(await ticketRecords(fleet.db, { _id: 'a' })).toMatchObject([
    { _id: 'a', match_id: 'm1', status: 'COMPLETED' },
  ]);
});
