import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';

/** One fleet with one worker for all tests; each has a configuration, and so a pool, of its own. */
let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 25 });

/** Two sides of one or two players each. */
const ruleSet = JSON.stringify({
  name: 'sides',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number', default: 10 }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 2, quantity: 2 }],
});

async function install(name: string, backfillMode: 'MANUAL' | 'AUTOMATIC') {
  await fleet.client.putRuleSet({ name, body: ruleSet });
  await fleet.client.putConfiguration({
    name,
    ruleSetName: name,
    requestTimeoutSeconds: 60,
    backfillMode,
  });
}
const start = async (configuration: string, player: string) =>
  (await fleet.client.startMatchmaking(soloist(configuration, player))).ticketId;
const becomes = (ticketId: string, status: string) =>
  eventually(async () => {
    const ticket = await fleet.ticket(ticketId);
    expect(ticket?.status).toBe(status);
    return ticket!;
  });
interface Team {
  name: string;
  playerIds: string[];
}
const matchOf = (matchId: string) =>
  fleet.db.collection<{ _id: string; teams: Team[] }>('matches').findOne({ _id: matchId });
const stored = (matchId: string) =>
  eventually(async () => {
    const match = await matchOf(matchId);
    expect(match).toBeTruthy();
    return match!;
  });
const openSession = async (playerId: string) => {
  const { sessionId } = await fleet.client.createSession({ playerId, sessionId: playerId });
  await eventually(async () => expect(await fleet.client.describeSession(sessionId)).toBeDefined());
};
/** Starts two players together and waits until they play; returns the id of their match. */
async function duel(configuration: string, ann: string, bob: string) {
  const tickets = [await start(configuration, ann), await start(configuration, bob)];
  const [{ matchId = '' }] = [
    await becomes(tickets[0]!, 'COMPLETED'),
    await becomes(tickets[1]!, 'COMPLETED'),
  ];
  return matchId;
}
const playing = ({ teams }: { teams: Team[] }) =>
  teams.flatMap((team) => team.playerIds.map((playerId) => ({ playerId, attributes: {}, team: team.name })));
const activeBackfill = async (matchId: string) =>
  (await fleet.redis.hget(fleet.key(`live:${matchId}`), 'backfill')) ?? undefined;
const result = ({ teams }: { teams: Team[] }) => teams.map(({ name }, index) => ({ name, rank: index + 1 }));
const games = async (playerId: string) =>
  (
    (await fleet.client.readRecord('players', playerId))[0] as
      | { profile?: { games_played: number } }
      | undefined
  )?.profile?.games_played ?? 0;

/** What game servers are told of a match that the fleet does not fill. */
const noTicket = { autoBackfillMode: null, autoBackfillTicketId: null };

test('a running match asks for company, goes on with it, and its result rates everybody once (invariants 2, 4, 5)', async () => {
  const name = 'manual';
  await install(name, 'MANUAL');
  const [ann, bob, carl, dora] = ['m-ann', 'm-bob', 'm-carl', 'm-dora'].map(fleet.own) as [
    string,
    string,
    string,
    string,
  ];
  for (const player of [ann, bob, carl]) await openSession(player);
  const first = await duel(name, ann, bob);
  const asked = await fleet.client.startBackfill({
    configuration: name,
    matchId: first,
    players: playing(await stored(first)),
  });
  await becomes(asked.ticketId, 'SEARCHING');
  expect(await fleet.client.readMatchmakerData(first), 'who asked knows the ticket').toMatchObject(noTicket);

  const joining = await start(name, carl);

  const { matchId: second = '' } = await becomes(joining, 'COMPLETED');
  expect((await becomes(asked.ticketId, 'COMPLETED')).matchId).toBe(second);
  expect(await matchOf(first)).toMatchObject({ succeeded_by: second });
  const grown = await stored(second);
  expect(grown).toMatchObject({ backfill: { matchId: first, ticketId: asked.ticketId } });
  expect(
    playing(grown)
      .map((it) => it.playerId)
      .sort(),
  ).toEqual([ann, bob, carl].sort());
  for (const player of [ann, bob, carl])
    expect(await fleet.client.describeSession(player)).toMatchObject({
      status: 'IN_MATCH',
      match_id: second,
    });
  expect(await fleet.lifecycle(asked.ticketId)).toEqual([
    'MatchmakingSearching',
    'PotentialMatchCreated',
    'MatchmakingSucceeded',
  ]);

  // Bob leaves, and somebody takes the seat: Bob's side counts for him all the same.
  await fleet.client.playerLeft({ matchId: first, playerId: bob });
  expect(await fleet.client.describeSession(bob)).toMatchObject({ status: 'ACTIVE' });
  await eventually(async () => expect(await matchOf(second)).toMatchObject({ left: [bob] }));
  const again = await fleet.client.startBackfill({
    configuration: name,
    matchId: second,
    players: playing(grown).filter((it) => it.playerId !== bob),
  });
  await becomes(again.ticketId, 'SEARCHING');
  const { matchId: third = '' } = await becomes(await start(name, dora), 'COMPLETED');
  const last = await stored(third);
  expect(last).toMatchObject({ departed: [{ playerIds: [bob] }] });

  // The game server still reports under the id it began with.
  await fleet.client.reportMatchResult({ matchId: first, teams: result(last) });
  await fleet.client.reportMatchResult({ matchId: third, teams: result(last) });
  await eventually(async () => {
    for (const player of [ann, bob, carl, dora]) expect(await games(player)).toBe(1);
  });
  expect(await fleet.db.collection('rating_changes').countDocuments({ match_id: third })).toBe(1);
  expect(await fleet.db.collection('rating_changes').countDocuments({ match_id: first })).toBe(0);
});

test('a match below its maximum asks by itself until it is full, and not for a match that is over', async () => {
  const name = 'automatic';
  await install(name, 'AUTOMATIC');
  const [ann, bob, carl, dora] = ['a-ann', 'a-bob', 'a-carl', 'a-dora'].map(fleet.own) as [
    string,
    string,
    string,
    string,
  ];
  const first = await duel(name, ann, bob);
  expect(await activeBackfill(first)).toBe(`backfill-${first}`);
  expect(await fleet.client.readMatchmakerData(first)).toMatchObject({
    autoBackfillMode: 'AUTOMATIC',
    autoBackfillTicketId: `backfill-${first}`,
  });

  const { matchId: second = '' } = await becomes(await start(name, carl), 'COMPLETED');
  expect(await activeBackfill(second)).toBe(`backfill-${second}`);
  const { matchId: third = '' } = await becomes(await start(name, dora), 'COMPLETED');
  expect(playing(await stored(third))).toHaveLength(4);
  expect(await activeBackfill(third)).toBeUndefined();
  expect(await fleet.client.readMatchmakerData(third)).toMatchObject(noTicket);

  await fleet.client.playerLeft({ matchId: third, playerId: dora });
  expect(await activeBackfill(third)).toBe(`backfill-${third}`);
  expect(await fleet.client.readMatchmakerData(third)).toMatchObject({
    autoBackfillTicketId: `backfill-${third}`,
  });
  const [ticket] = await fleet.client.describeMatchmaking([`backfill-${third}`]);
  expect(ticket?.players.map((it) => it.playerId).sort()).toEqual([ann, bob, carl].sort());
  await fleet.client.reportMatchResult({ matchId: third, teams: result(await stored(third)) });
  expect(await fleet.ticket(`backfill-${third}`)).toMatchObject({ status: 'CANCELLED' });
  expect(await activeBackfill(third)).toBeUndefined();
});

test('company for a match that is over, or went on as another, is refused when it is asked for', async () => {
  const name = 'late';
  await install(name, 'MANUAL');
  const [ann, bob, carl] = ['l-ann', 'l-bob', 'l-carl'].map(fleet.own) as [string, string, string];
  const matchId = await duel(name, ann, bob);
  const request = { configuration: name, matchId, players: playing(await stored(matchId)) };
  const { ticketId } = await fleet.client.startBackfill(request);
  expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'SEARCHING' });
  const { matchId: next = '' } = await becomes(await start(name, carl), 'COMPLETED');

  await expect(fleet.client.startBackfill(request)).rejects.toThrow(
    `match ${matchId} has been backfilled and goes on as ${next}`,
  );
  await fleet.client.reportMatchResult({ matchId, teams: result(await stored(next)) });

  await expect(fleet.client.startBackfill(request)).rejects.toThrow(`no match ${matchId} is live`);
  await expect(fleet.client.startBackfill({ ...request, matchId: next })).rejects.toThrow(
    `no match ${next} is live`,
  );
});

test('what is wrong with a backfill request is said by field, before anything is queued', async () => {
  const name = 'wrong';
  await install(name, 'MANUAL');
  const request = {
    configuration: name,
    matchId: 'm',
    players: [{ playerId: 'p', attributes: {}, team: 'red' }],
  };

  await expect(fleet.client.startBackfill(request)).rejects.toThrow(
    'players[0].team: "red" is no team of the rule set (side_1, side_2)',
  );
  await expect(
    fleet.client.startBackfill({ ...request, players: [{ playerId: 'p', attributes: {} }] }),
  ).rejects.toThrow('players[0].team: needed');
  await expect(
    fleet.client.startBackfill(request, { actor: { kind: 'player', playerId: 'p' } }),
  ).rejects.toThrow('actor: a player may not ask for startBackfill');
});

test('expansions for backfill must fit the rule set, whichever of the two comes last', async () => {
  const name = 'expanding';
  await install(name, 'MANUAL');
  const expands = (target: string) => ({
    name,
    ruleSetName: name,
    requestTimeoutSeconds: 60,
    backfillExpansions: [{ target, steps: [{ waitTimeSeconds: 5, value: 2 }] }],
  });

  await expect(fleet.client.putConfiguration(expands('teams[blue].minPlayers'))).rejects.toThrow(
    'backfillExpansions[0].target: there is no team "blue"',
  );
  await fleet.client.putConfiguration(expands('teams[side].minPlayers'));
  await expect(
    fleet.client.putRuleSet({ name, body: ruleSet.replaceAll('"side"', '"half"') }),
  ).rejects.toThrow(`configuration ${name} does not fit it`);
});
