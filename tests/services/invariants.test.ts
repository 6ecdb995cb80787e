import { expect, onTestFinished, test } from 'vitest';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { startMatches } from '../../workers/session-creation/start-match.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { report } from '../support/played.ts';

/** Nobody leaves another match here. */
const noQueues = { enqueue: async () => undefined };

/** Ann and Bob are matched, by hand up to the start of their match; Eve takes her ticket back. */
async function openEvening() {
  const fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const { pool } = fleet.stores;
  await pool.settings.install(aConfiguration());
  const onCreated = () => undefined;
  await perform(
    createSessions({ ...fleet.stores, onCreated }),
    ['ann', 'bob'].map((playerId) => ({
      sessionId: `${fleet.domain}-${playerId}`,
      playerId,
      requestedAt: 0,
    })),
  );
  const ids = ['ann', 'bob', 'eve'];
  await fleet.producerTickets.start(ids.map((id) => aTicket(id)));
  const { tickets } = await pool.mirror.readPool('duel', 0, 2);
  const match = {
    matchId: 'm',
    configuration: 'duel',
    ladder: 'default',
    ruleSet: { name: 'duel', version: 1 },
    now: Date.now(),
    asOf: Date.now(),
    seed: 1,
    tickets: tickets.map(({ ticketId, startTime, sequence, players }) => ({
      ticketId,
      startTime,
      sequence,
      age: 0,
      players,
    })),
    teams: [0, 1].map((at) => ({ name: `side_${at + 1}`, playerIds: [ids[at] ?? ''] })),
  };
  const revisions = tickets.map((ticket) => ticket.revision);
  await pool.matches.commit('duel', [{ match, jobId: 'start-match', revisions, ruleEvaluations: [] }]);
  return fleet;
}

test('the checker reads the stores of a real evening, and finds it in order', async () => {
  const fleet = await openEvening();
  expect(await brokenInvariants(fleet, { settled: false })).toEqual([]);

  await perform(startMatches({ ...fleet.stores, queues: noQueues, onRefused: () => undefined }), [
    { matchId: 'm' },
  ]);
  const teams = [1, 2].map((rank) => ({ name: `side_${rank}`, rank }));
  await report(fleet.stores, { matchId: 'm', teams });
  await fleet.stores.pool.tickets.stop('eve');

  expect(await brokenInvariants(fleet, { tickets: ['ann', 'bob', 'eve'], results: ['m'] })).toEqual([]);
});

test('the checker sees what players and the cache are told of a match that is played', async () => {
  const fleet = await openEvening();
  await perform(startMatches({ ...fleet.stores, queues: noQueues, onRefused: () => undefined }), [
    { matchId: 'm' },
  ]);
  await fleet.stores.pool.tickets.stop('eve');
  expect(await brokenInvariants(fleet)).toEqual([]);
  const session = `${fleet.domain}-ann`;
  await fleet.cacheRedis.hset(`sessions:${session}`, 'status', 'ENDED');
  await fleet.redis.hdel(`{${fleet.domain}.matchmaking}:live:m`, 'in:bob');

  const broken = await brokenInvariants(fleet);
  expect(broken).toContain('4: player bob is told to be in match m and is not');
  expect(broken).toContainEqual(
    expect.stringContaining(`4: the cache shows session ${session} as ENDED of player ann`),
  );
});

test('the checker sees in the stores what was lost from them', async () => {
  const fleet = await openEvening();
  const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;
  await fleet.redis.hdel(key('outbox'), 'm');
  await fleet.redis.zrem(key('pool:duel'), 'eve');

  expect(await brokenInvariants(fleet, { tickets: ['lost'] })).toEqual(
    expect.arrayContaining([
      '1: ticket lost is gone',
      '1: ticket eve is SEARCHING of pool duel and stands in none',
      '1: ticket ann is placed by match m, which is not in the outbox',
      '4: match m ended 0 times',
    ]),
  );
});
