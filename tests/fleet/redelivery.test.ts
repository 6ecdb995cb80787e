import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Envelope, QueueName } from '../../jobs/contract.ts';
import { queueNames } from '../../jobs/contract.ts';
import { startMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import { aConfiguration } from '../support/builders.ts';
import { keysOf } from '../support/domain.ts';
import { duelSteps } from '../support/duel-steps.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';
import { ticketRecords } from '../support/ticket-records.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  await fleet.stores.pool.settings.install(aConfiguration());
});

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 25 });
const statusOf = async (ticketId: string) => (await fleet.ticket(ticketId))?.status;

const service = { kind: 'service', name: 'test' } as const;
const deliver = (queue: QueueName, kind: string, items: readonly unknown[], options = {}) =>
  fleet.queues[queue].add(kind, { kind, items, actor: service, sentAt: 0 }, options);

/** Nothing is left to do but what the schedules will add. */
const idle = () =>
  eventually(async () => {
    const left = await Promise.all(
      queueNames.map((name) => fleet.queues[name].getJobs(['waiting', 'prioritized', 'active', 'delayed'])),
    );
    expect(left.flat().filter((job) => !job.repeatJobKey)).toEqual([]);
  });

/** All that a job could have an effect on: the record, and every ticket and event. */
async function everything() {
  const collections = ['players', 'sessions', 'matches', 'rating_changes'];
  const documents = await Promise.all(
    collections.map((name) => fleet.db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
  const events = await fleet.redis.xrange(fleet.key('events'), '-', '+');
  const outbox = await fleet.redis.hgetall(fleet.key('outbox'));
  const keys = (await keysOf(fleet.redis, fleet.key('ticket:*'))).sort();
  const tickets = await Promise.all(keys.map((key) => fleet.redis.get(key)));
  return {
    ended: await ticketRecords(fleet.db),
    documents: Object.fromEntries(collections.map((it, at) => [it, documents[at]])),
    events,
    outbox,
    tickets,
  };
}

/**
 * Twenty players get sessions, play one match each and are rated; one more searches and is stopped. Half of
 * the tickets are started by a client, the others and the stop come as jobs.
 */
async function liveOneEvening() {
  const { client } = fleet;
  const players = Array.from({ length: 20 }, (_, n) => fleet.own(`p${n}`));
  await Promise.all(players.map((playerId) => client.createSession({ playerId })));
  const requests = players.map((id) => ({ ...soloist('duel', id), ticketId: id }));
  await Promise.all([
    ...requests.slice(0, 10).map((it) => client.startMatchmaking(it)),
    deliver('matchmaking', startMatchmaking.kind, requests.slice(10)),
  ]);
  const matches = await eventually(async () => {
    const all = await client.describeMatchmaking(players);
    expect(all.map((it) => it.status)).toEqual(players.map(() => 'COMPLETED'));
    return new Set(all.map((it) => it.matchId ?? ''));
  });
  const teams = [
    { name: 'side_1', rank: 1 },
    { name: 'side_2', rank: 2 },
  ];
  await Promise.all([...matches].map((matchId) => client.reportMatchResult({ matchId, teams })));
  const lonely = await client.startMatchmaking(soloist('duel', fleet.own('lonely')));
  await deliver('matchmaking', 'stop-matchmaking', [{ ticketId: lonely.ticketId }]);
  await eventually(async () => {
    expect(await statusOf(lonely.ticketId)).toBe('CANCELLED');
    expect(await fleet.db.collection('rating_changes').countDocuments()).toBe(10);
    expect(await ticketRecords(fleet.db, { status: 'CANCELLED' })).toHaveLength(1);
  });
  await idle();
}

test('every job of an evening delivered again, three times over and in reverse, changes nothing (invariants 1 to 5, 8, 9)', async () => {
  await fleet.startWorker();
  await fleet.startWorker();
  await liveOneEvening();
  const before = await everything();
  const jobs = await Promise.all(
    queueNames.filter((name) => name !== 'maintenance').map((name) => fleet.queues[name].getCompleted()),
  );
  const envelopes = jobs.flat().map((job) => [job.queueName as QueueName, job.data as Envelope] as const);
  expect(new Set(envelopes.map(([, { kind }]) => kind))).toEqual(
    new Set(['create-session', 'start-match', 'start-matchmaking', 'stop-matchmaking']),
  );

  const again = [...envelopes, ...envelopes, ...envelopes]
    .sort(([, a], [, b]) => b.sentAt - a.sentAt)
    .map(([queue, { kind, items }]) => deliver(queue, kind, items));
  await Promise.all([
    ...again,
    ...[1, 2, 3].map(() => deliver('matchmaking', 'form-matches', [{ pool: 'duel' }])),
  ]);

  await idle();
  expect(await everything()).toEqual(before);
});

test('a start job delivered many times at once, alone and in batches, starts each ticket once (invariants 2, 9)', async () => {
  const ids = Array.from({ length: 6 }, (_, n) => `t${n}`);
  const items = ids.map((id, n) => ({ ...soloist('duel', id, n * 100), ticketId: id }));
  for (let n = 0; n < 24; n++)
    await deliver('matchmaking', startMatchmaking.kind, [items[n % 6], items[(n + 1) % 6]]);

  await fleet.startWorker();
  await fleet.startWorker();
  await idle();

  for (const id of ids) {
    expect(await statusOf(id)).toBe('SEARCHING');
    expect(await fleet.lifecycle(id)).toEqual(['MatchmakingSearching']);
  }
  expect(await fleet.redis.zcard(fleet.key('pool:duel'))).toBe(6);
});

test('a start job that comes again once its ticket was stopped brings it back in no way (invariant 11)', async () => {
  await fleet.startWorker();
  const item = { ...soloist('duel', 'p'), ticketId: 'hasty' };
  await deliver('matchmaking', startMatchmaking.kind, [item]);
  await eventually(async () => expect(await statusOf('hasty')).toBe('SEARCHING'));
  await fleet.client.stopMatchmaking('hasty');

  await deliver('matchmaking', startMatchmaking.kind, [item]);
  await idle();

  expect(await statusOf('hasty')).toBe('CANCELLED');
  expect(await fleet.redis.zcard(fleet.key('pool:duel'))).toBe(0);
});

test('start jobs of one player: the ticket started last searches, the older are CANCELLED, whichever comes again (invariant 2)', async () => {
  await fleet.startWorker();

  for (const id of ['old', 'newer', 'newest', 'old', 'newer']) {
    await deliver('matchmaking', startMatchmaking.kind, [{ ...soloist('duel', 'p'), ticketId: id }]);
    await idle();
  }

  expect(await Promise.all(['old', 'newer', 'newest'].map(statusOf))).toEqual([
    'CANCELLED',
    'CANCELLED',
    'SEARCHING',
  ]);
  expect(await fleet.redis.zcard(fleet.key('pool:duel'))).toBe(1);
});

test('a result that overtakes its match waits for it and is rated once (invariant 5)', async () => {
  const steps = duelSteps(fleet, fleet.own('a'), fleet.own('b'));
  await steps.start();
  const { matchId, teams } = await steps.commit();
  await fleet.startWorker();
  const result = { matchId, teams: teams.map(({ name }, index) => ({ name, rank: index + 1 })) };
  const early = await deliver('rating-update', 'update-ratings', [result]);
  await eventually(async () => expect(await early.getState()).toBe('delayed'));
  await deliver('session-creation', 'start-match', [{ matchId }]);

  await eventually(async () => expect(await early.getState()).toBe('completed'));
  await deliver('rating-update', 'update-ratings', [result]);
  await idle();

  expect(await fleet.db.collection('rating_changes').countDocuments()).toBe(1);
});
