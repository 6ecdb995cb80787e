import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { DescribedSession } from '../../jobs/session/session.ts';
import { type FleetClient, openClient } from '../../producers/client.ts';
import { aTicket } from '../support/builders.ts';
import { redisUrl } from '../support/client-domain.ts';
import { type HandFleet, openCrew } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, type Own, openLife } from '../support/life-steps.ts';
import { deathOf, mortal } from '../support/mortal.ts';
import { playingIn } from '../support/playing-in.ts';

let fleet: HandFleet;
let steps: LifeSteps;
let client: FleetClient;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
  client = await openClient({ redisUrl: redisUrl(), domain: fleet.domain });
  onTestFinished(() => client[Symbol.asyncDispose]());
});

const own: Own = (name) => name;
const sessionIdOf = (player: string) => `${fleet.domain}-${player}`;
const openSessions = (...players: string[]) =>
  fleet.work(
    'create-session',
    players.map((playerId) => ({ sessionId: sessionIdOf(playerId), playerId, requestedAt: 0 })),
  );
const sessionOf = async (player: string) => {
  const read = await fleet.work('read-session', [{ sessionId: sessionIdOf(player) }]);
  const { status, match_id: match } = (read as unknown as { result: DescribedSession }).result;
  return { status, match };
};
const matchOf = async (matchId: string) => (await fleet.stores.matches.find([matchId])).get(matchId);
const liveMatchOf = async (player: string) =>
  playingIn(await fleet.redis.get(`{${fleet.domain}.matchmaking}:player:${player}`));
const ticketOf = async (ticketId: string) => (await fleet.producerTickets.describe([ticketId]))[0];
const startOf = (ticketId: string, player: string, configuration = 'duel') =>
  fleet.producerTickets.start([{ ...aTicket(ticketId, [player]), configuration, pool: configuration }]);
const teams = (...names: string[]) => names.map((name, index) => ({ name, rank: index + 1 }));
const done = { kind: 'done', refusals: [] };

/** The calls of a start-match job, after each of which its worker may be when somebody leaves. */
const moments = [
  'it is decided',
  ...['pool.decided', 'tickets.claim', 'ladders.read', 'players.find', 'matches.create', 'pool.settle'],
];

describe.each(['playerLeft', 'endSession'] as const)('%s', (call) => {
  test.each(moments.map((moment, calls) => [moment, calls] as const))(
    'right after %s counts when it returns: the player is out of the match, and the record follows (invariants 2, 11)',
    async (_moment, calls) => {
      await openSessions('ann', 'bob');
      const matchId = await steps.decide(own);
      if (calls > 0)
        await deathOf(
          openCrew(mortal(fleet.kit, { call: calls, when: 'after' })).work('start-match', [{ matchId }]),
        );

      if (call === 'playerLeft') await client.playerLeft({ matchId, playerId: 'ann' });
      else await client.endSession({ sessionId: sessionIdOf('ann'), playerId: 'ann' });

      expect([await liveMatchOf('ann'), await liveMatchOf('bob')]).toEqual([null, matchId]);
      const [kind, item] =
        call === 'playerLeft'
          ? ['player-left', { matchId, playerId: 'ann', isOut: true }]
          : ['end-session', { sessionId: sessionIdOf('ann'), playerId: 'ann', left: matchId }];
      // Its job waits until the match is settled: it may not be stored yet.
      expect((await fleet.work(kind, [item])).kind).toBe(calls < moments.length - 1 ? 'later' : 'done');
      await fleet.workOff();
      expect(await matchOf(matchId)).toMatchObject({ status: 'COMPLETED', left: ['ann'] });
      expect((await sessionOf('ann'))?.status).toBe(call === 'playerLeft' ? 'ACTIVE' : 'ENDED');
      expect(await sessionOf('bob')).toEqual({ status: 'IN_MATCH', match: matchId });
      expect(await brokenInvariants(fleet)).toEqual([]);
    },
  );
});

describe('a match that is over wants nobody', () => {
  test('a result that is reported ends its backfill ticket at the call, and innocents join nothing (invariant 3)', async () => {
    const matchId = await steps.askForCompany(own);

    await client.reportMatchResult({ matchId, teams: teams('red', 'blue') });
    expect((await ticketOf('company'))?.status).toBe('CANCELLED');
    await startOf('eve', 'eve', 'manual');
    await fleet.workOff();
    await steps.cycle(fleet, 'manual');

    expect((await ticketOf('eve'))?.status).toBe('SEARCHING');
    expect(await matchOf(matchId)).toMatchObject({ result: { teams: teams('red', 'blue') } });
  });

  test('a result while the match that it goes on as is placed is that one, and who joined it plays (invariants 3, 5)', async () => {
    const matchId = await steps.askForCompany(own);
    await startOf('eve', 'eve', 'manual');
    await steps.cycle(fleet, 'manual');
    const next = (await ticketOf('eve'))?.matchId ?? '';

    const reported = { matchId, teams: teams('red', 'blue') };
    await client.reportMatchResult(reported);
    expect(await fleet.work('update-ratings', [reported])).toMatchObject({ kind: 'done' });
    await fleet.workOff();

    expect((await ticketOf('eve'))?.status).toBe('COMPLETED');
    expect(await matchOf(next)).toMatchObject({ result: { teams: teams('red', 'blue') } });
    expect(await matchOf(matchId)).not.toHaveProperty('result');
    expect(await fleet.db.collection('rating_changes').countDocuments({ match_id: next })).toBe(1);
    expect(await brokenInvariants(fleet)).toEqual([]);
  });

  test('a result of a match that is being placed is refused as a conflict', async () => {
    const matchId = await steps.decide(own);

    await expect(
      client.reportMatchResult({ matchId, teams: teams('side_1', 'side_2') }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is being placed') });
  });
});

test('a player who is carried on by a backfill ticket and matched by a newer one meanwhile is in the newer match alone (invariant 2)', async () => {
  await openSessions('ann', 'bob', 'eve', 'dan');
  const running = await steps.askForCompany(own);
  await startOf('eve', 'eve', 'manual');
  await steps.cycle(fleet, 'manual');
  const going = (await ticketOf('eve'))?.matchId ?? '';
  await startOf('newer', 'ann');
  await startOf('dan', 'dan');
  await steps.cycle(fleet);
  const newer = (await ticketOf('newer'))?.matchId ?? '';
  await fleet.workOff();

  expect(await matchOf(running)).toMatchObject({ succeeded_by: going });
  expect(await matchOf(going)).toMatchObject({ left: ['ann'] });
  expect(await sessionOf('ann')).toEqual({ status: 'IN_MATCH', match: newer });
  expect(await sessionOf('bob')).toEqual({ status: 'IN_MATCH', match: going });
  expect([await liveMatchOf('ann'), await liveMatchOf('bob')]).toEqual([newer, going]);
  expect(await brokenInvariants(fleet)).toEqual([]);
});

test('a player of a match that goes on without them, since they look elsewhere, is not in it, nor is their session (invariant 4)', async () => {
  await openSessions('ann', 'bob', 'eve');
  const running = await steps.askForCompany(own);
  await startOf('newer', 'ann', 'asked');
  await startOf('eve', 'eve', 'manual');
  await steps.cycle(fleet, 'manual');
  const going = (await ticketOf('eve'))?.matchId ?? '';
  await fleet.workOff();

  expect(await matchOf(going)).toMatchObject({
    backfill: { matchId: running },
    departed: [{ playerIds: ['ann'] }],
  });
  expect(await sessionOf('ann')).toMatchObject({ status: 'ACTIVE' });
  expect(await liveMatchOf('ann')).toBeNull();
  await fleet.stores.pool.tickets.stop('newer');
  expect(await brokenInvariants(fleet)).toEqual([]);
});

describe('the link to a match that a queue store lost', () => {
  /** Ann and Bob play a match that is to go on as one which nobody knows any more. */
  const lose = async () => {
    await openSessions('ann', 'bob');
    const matchId = await steps.askForCompany(own);
    await fleet.stores.matches.succeed(matchId, 'lost');
    return matchId;
  };

  test('keeps nobody in their match: a leave finds it (invariant 11)', async () => {
    const matchId = await lose();

    expect(await fleet.work('player-left', [{ matchId, playerId: 'ann' }])).toMatchObject(done);

    expect(await matchOf(matchId)).toMatchObject({ left: ['ann'] });
    expect(await matchOf(matchId)).not.toHaveProperty('succeeded_by');
    expect(await sessionOf('ann')).toMatchObject({ status: 'ACTIVE' });
  });

  test('keeps no company out: the match goes on as the one that was decided since (invariant 2)', async () => {
    const matchId = await lose();
    await startOf('eve', 'eve', 'manual');
    await steps.cycle(fleet, 'manual');
    await fleet.workOff();

    expect((await ticketOf('eve'))?.status).toBe('COMPLETED');
    expect((await matchOf(matchId))?.succeeded_by).toBe((await ticketOf('eve'))?.matchId);
    expect((await matchOf('lost'))?.status).toBe('FAILED');
  });
});

test('a match of which nobody reports a result is no longer live after the setting, and its players are in the lobby', async () => {
  await openSessions('ann', 'bob');
  const matchId = await steps.askForCompany(own);
  const key = `{${fleet.domain}.matchmaking}:lives`;
  await fleet.redis.zincrby(key, -7_300_000, matchId);

  expect(await fleet.work('sweep', [{}])).toMatchObject({ result: { ended: 1 } });

  expect((await ticketOf('company'))?.status).toBe('CANCELLED');
  expect(await liveMatchOf('ann')).toBeNull();
  expect([await sessionOf('ann'), await sessionOf('bob')]).toMatchObject([
    { status: 'ACTIVE' },
    { status: 'ACTIVE' },
  ]);
  const result = { matchId, teams: teams('red', 'blue') };
  expect(await fleet.work('update-ratings', [result])).toMatchObject({ kind: 'done' });
  await fleet.drain();
  expect(await matchOf(matchId)).toMatchObject({ result: { teams: result.teams } });
});
