import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';

/** One fleet with one worker for all tests; each has a configuration, and so a pool, of its own. */
let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const eventually = { timeout: 15_000, interval: 25 };

const start = async (configuration: string, player: string, skill = 10) =>
  fleet.client.startMatchmaking(soloist(configuration, fleet.own(player), skill));

const becomes = (ticketId: string, status: string) =>
  vi.waitFor(async () => {
    const ticket = await fleet.ticket(ticketId);
    expect(ticket?.status).toBe(status);
    return ticket!;
  }, eventually);

const stored = (collection: string, id: string) =>
  fleet.db.collection<{ _id: string }>(collection).findOne({ _id: id });

/** The duel's rule set, changed. */
const ruleSet = (change: object) => JSON.stringify({ ...JSON.parse(duelRuleSet), ...change });
const widerAfter = (waitTimeSeconds: number) => ({
  expansions: [{ target: 'rules[Close].maxDistance', steps: [{ waitTimeSeconds, value: 1_000 }] }],
});

test('a player gets a session, a ticket, a match, a result and a rating (invariants 1, 4, 5, 8)', async () => {
  await fleet.install('journey', duelRuleSet);
  const [ann, bob] = [fleet.own('ann'), fleet.own('bob')];
  const { sessionId } = await fleet.client.createSession({ playerId: ann });
  await vi.waitFor(async () => expect(await stored('sessions', sessionId)).toBeTruthy(), eventually);

  const first = await start('journey', 'ann');
  const second = await start('journey', 'bob');

  const { matchId = '' } = await becomes(first.ticketId, 'COMPLETED');
  expect((await becomes(second.ticketId, 'COMPLETED')).matchId).toBe(matchId);
  const match = await stored('matches', matchId);
  expect(match).toMatchObject({ status: 'COMPLETED', configuration: 'journey' });
  const session = await fleet.client.describeSession(sessionId);
  expect(session).toMatchObject({ player_id: ann, status: 'IN_MATCH', match_id: matchId });
  for (const { ticketId } of [first, second])
    expect(await fleet.lifecycle(ticketId)).toEqual([
      'MatchmakingSearching',
      'PotentialMatchCreated',
      'MatchmakingSucceeded',
    ]);

  const teams = (match as unknown as { teams: { name: string; playerIds: string[] }[] }).teams;
  const result = teams.map((team) => ({ name: team.name, rank: team.playerIds.includes(ann) ? 1 : 2 }));
  await fleet.client.reportMatchResult({ matchId, teams: result });

  const ratings = await vi.waitFor(async () => {
    const profiles = await Promise.all(
      [ann, bob].map(
        async (playerId) => (await fleet.client.readRecord('players', playerId))[0]?.['profile'],
      ),
    );
    expect(profiles).toMatchObject([{ games_played: 1 }, { games_played: 1 }]);
    return profiles;
  }, eventually);
  expect(await fleet.db.collection('rating_changes').countDocuments({ match_id: matchId })).toBe(1);
  const [annRating = 0, bobRating = 0] = (ratings as { current_rating: number }[]).map(
    (it) => it.current_rating,
  );
  expect(annRating).toBeGreaterThan(1500);
  expect(bobRating).toBeLessThan(1500);
  expect(await fleet.cacheRedis.hget(`ratings:${ann}`, 'rating')).toBe(String(annRating));
  const after = await fleet.client.describeSession(sessionId);
  expect(after).toMatchObject({ status: 'ACTIVE', rating: String(annRating) });
  expect(after).not.toHaveProperty('match_id');
});

test('a ticket nobody fits is TIMED_OUT by the beat, not before its time (invariants 1, 8)', async () => {
  await fleet.install('lonely', duelRuleSet, 1);

  const { ticketId } = await start('lonely', 'carl');

  const { startTime, endTime = '' } = await becomes(ticketId, 'TIMED_OUT');
  expect(Date.parse(endTime) - Date.parse(startTime)).toBeGreaterThanOrEqual(1_000);
  expect(Date.parse(endTime) - Date.parse(startTime)).toBeLessThan(5_000);
  expect(await fleet.lifecycle(ticketId)).toEqual(['MatchmakingSearching', 'MatchmakingTimedOut']);
});

test('a stopped ticket is CANCELLED, is matched with nobody, and leaves its player free (invariants 1, 8)', async () => {
  await fleet.install('stopping', duelRuleSet);
  const { ticketId } = await start('stopping', 'dora');
  await becomes(ticketId, 'SEARCHING');

  await fleet.client.stopMatchmaking(ticketId);
  await becomes(ticketId, 'CANCELLED');
  const [again, other] = await Promise.all([start('stopping', 'dora'), start('stopping', 'emil')]);

  const { matchId } = await becomes(again.ticketId, 'COMPLETED');
  expect((await becomes(other.ticketId, 'COMPLETED')).matchId).toBe(matchId);
  expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'CANCELLED' });
  expect(await fleet.lifecycle(ticketId)).toEqual(['MatchmakingSearching', 'MatchmakingCancelled']);
});

test('a newer ticket of a player cancels the older one, which is matched with nobody (invariant 2)', async () => {
  await fleet.install('newer', duelRuleSet);
  const older = await start('newer', 'finn');
  await becomes(older.ticketId, 'SEARCHING');

  const newer = await start('newer', 'finn');

  await becomes(older.ticketId, 'CANCELLED');
  await becomes(newer.ticketId, 'SEARCHING');
  await start('newer', 'gwen');
  await becomes(newer.ticketId, 'COMPLETED');
  expect(await fleet.lifecycle(older.ticketId)).toEqual(['MatchmakingSearching', 'MatchmakingCancelled']);
});

test('an expansion makes a match with no arrival: the beat wakes the pool (DESIGN 7)', async () => {
  await fleet.install('patient', ruleSet(widerAfter(2)));

  const [near, far] = [await start('patient', 'hugo', 10), await start('patient', 'iris', 500)];

  const { matchId = '' } = await becomes(near.ticketId, 'COMPLETED');
  expect((await becomes(far.ticketId, 'COMPLETED')).matchId).toBe(matchId);
  const { now } = (await stored('matches', matchId)) as unknown as { now: number };
  expect(now - Date.parse(far.startTime)).toBeGreaterThanOrEqual(2_000);
  expect(now - Date.parse(far.startTime)).toBeLessThan(5_000);
});

test('a new rule set version takes effect at the next cycle, and tickets keep their age (invariant 6)', async () => {
  await fleet.install('evolving', duelRuleSet);
  const [near, far] = [await start('evolving', 'jack', 10), await start('evolving', 'kate', 500)];
  await becomes(near.ticketId, 'SEARCHING');
  const old = 3;
  await vi.waitFor(async () => {
    const [seconds = 0] = await fleet.redis.time();
    expect(Number(seconds) * 1_000 - Date.parse(far.startTime)).toBeGreaterThan(old * 1_000);
  }, eventually);
  expect(await fleet.ticket(near.ticketId)).toMatchObject({ status: 'SEARCHING' });

  await fleet.client.putRuleSet({ name: 'evolving', body: ruleSet(widerAfter(old)) });
  const misfit = await start('evolving', 'lars', 1_000_000);

  const { matchId = '' } = await becomes(near.ticketId, 'COMPLETED');
  const match = (await stored('matches', matchId)) as unknown as { now: number };
  expect(match).toMatchObject({ rule_set: { name: 'evolving', version: 2 } });
  expect(match.now - Date.parse(misfit.startTime)).toBeLessThan(old * 1_000);
  expect(await fleet.ticket(far.ticketId)).toMatchObject({
    status: 'COMPLETED',
    startTime: far.startTime,
    matchId,
  });
  expect(await fleet.ticket(misfit.ticketId)).toMatchObject({ status: 'SEARCHING' });
});
