import { expect, test, vi } from 'vitest';
import { openFleet } from '../support/fleet.ts';

vi.setConfig({ testTimeout: 60_000 });

const eventually = { timeout: 20_000, interval: 50 };

/** One against one, whatever their skill, which only says who is nearest. */
const anybody = JSON.stringify({
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number', default: 0 }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [
    {
      ...{ name: 'Near', type: 'distance', maxDistance: 1_000 },
      measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
    },
  ],
});

test('two who have just played each other meet others first, and each other again where there is nobody else', async () => {
  await using fleet = await openFleet();
  const { client } = fleet;
  await fleet.startWorker();
  await client.putRuleSet({ name: 'duel', body: anybody });
  await client.putConfiguration({
    ...{ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60, avoidRecentOpponents: 3 },
  });
  const start = (name: string, skill: number) =>
    client.startMatchmaking({
      configuration: 'duel',
      players: [{ playerId: fleet.own(name), attributes: { skill: { N: skill } } }],
    });
  const play = async (ticketId: string) => {
    const matchId = await fleet.matched(ticketId);
    const found = await vi.waitFor(async () => {
      const match = await client.describeMatch(matchId);
      expect(match?.stage).toBe('stored');
      return match?.match;
    }, eventually);
    const teams = (found?.teams ?? []).map(({ name }, index) => ({ name, rank: index + 1 }));
    await client.reportMatchResult({ matchId, teams });
    await vi.waitFor(async () => {
      const match = await client.describeMatch(matchId);
      expect(match?.stage === 'stored' && match.ratingChanges.length).toBe(2);
    }, eventually);
    return matchId;
  };
  const [ann] = [await start('ann', 10), await start('bob', 11)];
  const first = await play(ann.ticketId);

  await client.pauseConfiguration('duel');
  const again = [await start('ann', 10), await start('bob', 11), await start('cat', 500)];
  await client.resumeConfiguration('duel');
  const second = await play(again[0]?.ticketId ?? '');
  expect(await fleet.matched(again[2]?.ticketId ?? '')).toBe(second);
  expect((await fleet.ticket(again[1]?.ticketId ?? ''))?.status).toBe('SEARCHING');
  expect((await fleet.ticket(again[1]?.ticketId ?? ''))?.players[0]?.attributes).toMatchObject({
    recentOpponents: { SL: [fleet.own('ann')] },
  });

  const last = await start('ann', 10);
  expect(await fleet.matched(last.ticketId)).toBe(await fleet.matched(again[1]?.ticketId ?? ''));
  expect(new Set([first, second, await fleet.matched(last.ticketId)]).size).toBe(3);
});
