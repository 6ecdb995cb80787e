import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { startMatch } from '../../jobs/session-creation/start-match.ts';
import { aConfiguration } from '../support/builders.ts';
import { duelSteps } from '../support/duel-steps.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { ticketRecords } from '../support/ticket-records.ts';

/**
 * Each test takes the steps of a journey by hand up to one line, as if the process that took them had died there, and
 * then lets a real worker finish. Patience that only delays a repair is cut short by making its key in Redis old.
 */
let fleet: Fleet;
let ann: string;
let bob: string;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  await fleet.stores.pool.install(aConfiguration());
  [ann, bob] = [fleet.own('ann'), fleet.own('bob')];
});

const start = () => duelSteps(fleet, ann, bob).start();
const commit = () => duelSteps(fleet, ann, bob).commit();

/** The beat hands over again what waits in the outbox for 10 s: this does. */
const ageOutbox = () => fleet.redis.zadd(fleet.key('outbox-due'), 'XX', 1, 'match');

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 25 });
const all = (collection: string) => fleet.db.collection(collection).find().sort({ _id: 1 }).toArray();

/** One match took both tickets and has had its whole effect, once (invariants 1, 3, 4, 8). */
async function expectOneMatch(matchId: string | RegExp) {
  await eventually(async () => {
    const tickets = await fleet.client.describeMatchmaking([ann, bob]);
    expect(tickets.map((ticket) => ticket.status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await fleet.redis.hlen(fleet.key('outbox'))).toBe(0);
  });
  const matches = await all('matches');
  expect(matches).toMatchObject([{ _id: expect.stringMatching(matchId), status: 'COMPLETED' }]);
  const took = matches[0]?._id;
  expect(await ticketRecords(fleet.db)).toMatchObject([
    { _id: ann, match_id: took, status: 'COMPLETED' },
    { _id: bob, match_id: took, status: 'COMPLETED' },
  ]);
  for (const ticketId of [ann, bob])
    expect(await fleet.lifecycle(ticketId)).toEqual([
      'MatchmakingSearching',
      'PotentialMatchCreated',
      'MatchmakingSucceeded',
    ]);
  expect(await brokenInvariants(fleet)).toEqual([]);
}

describe('a producer dies', () => {
  test('between starting tickets and waking their pool: the beat wakes it (invariants 1, 9)', async () => {
    await start();

    await fleet.startWorker();

    await expectOneMatch(/./);
  });
});

describe('a matchmaking worker dies', () => {
  test('between committing a match and handing it over: the beat hands it over (invariant 4)', async () => {
    await start();
    await commit();
    await ageOutbox();

    await fleet.startWorker();

    await expectOneMatch('match');
  });

  test('and the match it handed over failed for good: the beat clears that job and hands it over again (invariant 4)', async () => {
    await start();
    await commit();
    await fleet.queues['session-creation'].add(
      'start-match',
      { items: 'none' },
      { jobId: 'start-match-job' },
    );
    await fleet.startWorker();
    await eventually(async () => {
      const job = await fleet.queues['session-creation'].getJob('start-match-job');
      expect(await job?.getState()).toBe('failed');
    });

    await ageOutbox();

    await expectOneMatch('match');
  });
});

describe('a session-creation worker dies in start-match', () => {
  const steps = [
    ['claiming the tickets', (match: CommittedMatch) => fleet.stores.tickets.claim([match], new Date())],
    [
      'storing the match',
      (match: CommittedMatch) => fleet.stores.matches.create([{ match, status: 'COMPLETED' }], new Date()),
    ],
  ] as const;

  test.each(steps.map(([what], index) => [what, index] as const))(
    'after %s: it is done again and has one effect (invariants 2, 4)',
    async (_what, last) => {
      await start();
      const match = await commit();
      for (const [, step] of steps.slice(0, last + 1)) await step(match);
      await fleet.queues['session-creation'].add(
        'start-match',
        {
          kind: startMatch.kind,
          items: [{ matchId: match.matchId }],
          actor: { kind: 'service', name: 'fleet' },
          sentAt: 0,
        },
        { jobId: 'start-match-job' },
      );

      await fleet.startWorker();

      await expectOneMatch('match');
    },
  );
});
