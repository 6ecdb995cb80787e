import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { type FleetClient, openClient } from '../../producers/client.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { duel, redisUrl } from '../support/client-domain.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { poolWith } from '../support/pool-with.ts';

let fleet: HandFleet;
let steps: LifeSteps;
let client: FleetClient;

beforeEach(async () => {
  ({ fleet, steps } = await openLife());
  client = await openClient({ redisUrl: redisUrl(), domain: fleet.domain });
  onTestFinished(() => client[Symbol.asyncDispose]());
});

const own = (name: string) => name;
const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;
const statuses = async (...ids: string[]) =>
  (await client.describeMatchmaking(ids)).map((ticket) => ticket.status);
const inMatches = async () =>
  (await fleet.redis.hvals(key('outbox'))).flatMap((match) =>
    (JSON.parse(match) as CommittedMatch).tickets.map((ticket) => ticket.ticketId),
  );

describe('a cycle that has read the pool before a call, and commits after that has returned,', () => {
  /** Ann and Bob search, and this happens between what a cycle reads of them and what it commits. */
  async function meet(call: () => Promise<unknown>) {
    await client.startMatchmaking(duel('ann', 'ann'));
    await client.startMatchmaking(duel('bob', 'bob'));
    let calls = 0;
    const pool = poolWith(fleet.stores.pool, {
      matches: {
        commit: async (...args) => {
          if (calls++ === 0) await call();
          return fleet.stores.pool.matches.commit(...args);
        },
      },
    });
    const mirror = openMirror(pool, 'duel');
    await runCycle(mirror, cycleStores(pool));
    expect(calls, 'it had formed the match').toBeGreaterThan(0);
    return async () => {
      while (await runCycle(mirror, cycleStores(pool)));
    };
  }

  test('puts no stopped ticket into a match (invariant 11)', async () => {
    const goOn = await meet(() => client.stopMatchmaking('ann'));

    expect(await statuses('ann', 'bob')).toEqual(['CANCELLED', 'SEARCHING']);
    await goOn();
    expect(await inMatches()).toEqual([]);
    expect(await statuses('ann', 'bob')).toEqual(['CANCELLED', 'SEARCHING']);
  });

  test('puts no ticket into a match whose player has a newer one; that one is matched (invariants 2, 11)', async () => {
    const goOn = await meet(() => client.startMatchmaking(duel('ann', 'newer')));

    expect(await statuses('ann', 'bob', 'newer')).toEqual(['CANCELLED', 'SEARCHING', 'SEARCHING']);
    await goOn();
    expect((await inMatches()).sort()).toEqual(['bob', 'newer']);
    expect(await statuses('ann')).toEqual(['CANCELLED']);
  });
});

describe('a client that dies before it wakes the pool leaves nobody waiting for ever:', () => {
  test('a ticket whose start returned times out by the beat alone (invariants 1, 11)', async () => {
    await steps.start(own, ['ann'], 'duel', 60_000);
    await fleet.advance(1_001);
    await fleet.beat();
    expect(await fleet.drain(), 'a cycle has seen it').toBe(1);
    expect(await statuses('ann')).toEqual(['SEARCHING']);

    await fleet.advance(60_000);
    await fleet.beat();
    await fleet.drain();

    expect(await statuses('ann')).toEqual(['TIMED_OUT']);
  });

  test('two tickets whose starts returned are matched by the beat alone (invariants 1, 11)', async () => {
    await steps.start(own, ['ann', 'bob']);
    await fleet.advance(1_001);
    await fleet.beat();
    await fleet.drain();

    expect(await statuses('ann', 'bob')).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('an acceptance that returned counts: the next beat has its match handed over (invariants 4, 11)', async () => {
    const matchId = await steps.propose(own);
    const playerIds = ['bob'];
    const acceptance = 'ACCEPT';

    const answered = await fleet.producerTickets.accept({ ticketId: 'bob', matchId, acceptance, playerIds });
    expect(answered.outcome).toBe('decided');
    expect(await statuses('ann', 'bob')).toEqual(['PLACING', 'PLACING']);
    // Without the patience (10 s) after which a match that nobody confirmed is handed over again.
    await fleet.beat();
    await fleet.drain();

    expect(await statuses('ann', 'bob')).toEqual(['COMPLETED', 'COMPLETED']);
  });
});

describe('a proposal that comes to nothing', () => {
  const ageOf = async (ticketId: string) => {
    const { tickets } = await fleet.stores.pool.mirror.readPool('asked', 0, 10);
    const found = tickets.find((ticket) => ticket.ticketId === ticketId);
    return found && [found.sequence, found.startTime, found.deadline];
  };
  /** Ann and Bob are asked about a match. Returns it, and how old Bob's ticket is in the pool. */
  async function ask() {
    await steps.start(own, ['ann', 'bob'], 'asked');
    const age = await ageOf('bob');
    await steps.cycle(fleet, 'asked');
    expect(await statuses('ann', 'bob')).toEqual(['REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
    return { matchId: await steps.matchIdOf(own), age };
  }
  const answer = (ticketId: string, matchId: string, acceptance: 'ACCEPT' | 'REJECT') =>
    client.acceptMatch({ ticketId, matchId, acceptance, playerIds: [ticketId] });

  test('by a rejection lets those who had not answered search again with their age; who rejected is CANCELLED', async () => {
    const { matchId, age } = await ask();

    await answer('ann', matchId, 'REJECT');

    expect(await statuses('ann', 'bob')).toEqual(['CANCELLED', 'SEARCHING']);
    expect(await ageOf('bob')).toEqual(age);
  });

  test('at its deadline ends the silent CANCELLED; who accepted searches again with their age', async () => {
    const { matchId, age } = await ask();
    await answer('bob', matchId, 'ACCEPT');

    await fleet.advance(601_000);
    await fleet.beat();

    expect(await statuses('ann', 'bob')).toEqual(['CANCELLED', 'SEARCHING']);
    expect(await ageOf('bob')).toEqual(age);
    await expect(answer('bob', matchId, 'ACCEPT')).rejects.toMatchObject({ code: 'conflict' });
  });
});
