import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';

/** One fleet with one worker for all tests. */
let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });

test.each([
  ['prototypes', '__proto__', 'constructor'],
  ['Lua patterns and formats', '%d%s%1%', '%a+-*?[^]$'],
  ['regular expressions', '.*', '(?=(a+)+$)[\\]^'],
  ['hash tags and key patterns', '{other}:player:*', '}{[?]'],
  ['operators of the database', '$where', 'profile.$[].current_rating'],
  ['quotes, breaks and controls', '"\'`;--\n\r\t\\', '\u0001\u2028\u202e'],
  ['other alphabets', '🎲🎲', 'İß𝔸\u0301'],
  ['as long as they may be', 'x'.repeat(1_000), 'é'.repeat(500)],
])('ids of %s are ids like any others, from session to rating (DESIGN 13)', async (what, one, other) => {
  const name = what.replaceAll(/[^a-z]/g, '-');
  await fleet.install(name, duelRuleSet);
  const players = [one, other].map((id) => `${id}${fleet.domain}`);
  const sessions = await Promise.all(players.map((playerId) => fleet.client.createSession({ playerId })));
  await eventually(async () => expect((await fleet.stores.players.find(players)).size).toBe(2));

  const tickets = await Promise.all(players.map((id) => fleet.client.startMatchmaking(soloist(name, id))));

  const matchId = await eventually(async () => {
    const all = await fleet.client.describeMatchmaking(tickets.map((it) => it.ticketId));
    expect(all.map((it) => it.status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(all.map((it) => it.players[0]?.playerId)).toEqual(players);
    return all[0]?.matchId ?? '';
  });
  const [match] = await fleet.client.readRecord('matches', matchId);
  const teams = (match?.['teams'] ?? []) as { name: string; playerIds: string[] }[];
  expect(teams.flatMap((team) => team.playerIds).sort()).toEqual([...players].sort());
  for (const { sessionId } of sessions)
    expect(await fleet.client.describeSession(sessionId)).toMatchObject({ match_id: matchId });
  await fleet.client.reportMatchResult({
    matchId,
    teams: teams.map((team, index) => ({ name: team.name, rank: index + 1 })),
  });
  await eventually(async () => {
    const found = await fleet.stores.players.find(players);
    expect([...found.keys()].sort()).toEqual([...players].sort());
    for (const player of found.values()) expect(player.profile.games_played).toBe(1);
  });
});

test.each([
  ['surrogates', 'no text in any encoding', '\ud800'],
  ['nuls', 'text that some store cannot keep', 'x\u0000'],
])(
  'an id of %s is %s and refused by name; tickets asked for together with it start (DESIGN 13)',
  async (name, _what, id) => {
    await fleet.install(name, duelRuleSet);

    const results = await fleet.client.startMatchmakingAll([
      soloist(name, fleet.own(`before-${name}`), 10),
      soloist(name, id, 5_000),
      soloist(name, fleet.own(`after-${name}`), 10),
    ]);

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      {
        status: 'rejected',
        reason: { code: 'invalid-request', message: expect.stringContaining('playerId') },
      },
      { status: 'fulfilled' },
    ]);
  },
);

test('a session for an id that is no text in any encoding is refused by name', async () => {
  await expect(fleet.client.createSession({ playerId: 'x\udfff' })).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('playerId'),
  });
});
