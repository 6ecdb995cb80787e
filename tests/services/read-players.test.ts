import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlayerOnRecord, RankedPlayer } from '../../jobs/maintenance/read-players.ts';
import { describePlayers, listTop, predictNow } from '../../workers/maintenance/read-players.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { command, openRater, play, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeAll(async () => {
  fleet = await openFleetStores();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const describePlayer = async (playerId: string, changes?: number): Promise<PlayerOnRecord | null> => {
  const outcome = await perform(describePlayers(fleet.stores), [{ playerId, changes }]);
  return outcome.kind === 'done' ? (outcome.result as PlayerOnRecord) : null;
};
const top = async (ladder: string, from: number, limit: number): Promise<RankedPlayer[]> => {
  const outcome = await perform(listTop(fleet.stores), [{ ladder, from, limit }]);
  return outcome.kind === 'done' ? (outcome.result as RankedPlayer[]) : [];
};

test('a player is described with ratings on every ladder, why they changed, and sessions; as many changes of each as are asked for', async () => {
  const sessions = createSessions({ ...fleet.stores, onCreated: () => undefined });
  await perform(sessions, [{ sessionId: 's', playerId: 'ann', requestedAt: 0 }]);
  await play(fleet.stores, 'default', [{ matchId: 'm', red: 'ann', blue: 'bob', at: 86_400_000 }]);
  await report(fleet.stores, wins('red', 'm'));
  await command(fleet.stores, 'correct-result', { result: wins('blue', 'm'), reason: 'erred' });
  await command(fleet.stores, 'start-season', { ladder: 'default', season: 1 });
  const ratings = [{ playerId: 'ann', rating: 1_700, games: 9 }];
  await command(fleet.stores, 'give-ratings', { ladder: 'other', ratings, reason: 'moved' });

  const ann = await describePlayer('ann');

  expect(ann).toMatchObject({
    gamesPlayed: 10,
    ratings: [
      { ladder: 'default', games: 1, season: 1, lastMatchAt: '1970-01-02T00:00:00.000Z' },
      { ladder: 'other', rating: 1_700, games: 9, season: 0 },
    ],
    sessions: [{ sessionId: 's', status: 'ACTIVE', rating: expect.any(Number) }],
  });
  expect(ann?.rating).toBe(ann?.ratings[0]?.rating);
  expect(ann?.changes.map(({ ladder, why }) => [ladder, why])).toEqual([
    ['default', { kind: 'season', season: 1 }],
    ['default', { kind: 'match', matchId: 'm', correction: 2 }],
    ['default', { kind: 'match', matchId: 'm' }],
    ['other', { kind: 'given', by: 'ann', reason: 'moved' }],
  ]);
  expect((await describePlayer('ann', 1))?.changes.map(({ ladder, why }) => [ladder, why.kind])).toEqual([
    ['default', 'season'],
    ['other', 'given'],
  ]);
  const [, again, first] = ann?.changes ?? [];
  expect(first?.after).toBeGreaterThan(1_500);
  expect(again?.after).toBeLessThan(1_500);
});

test('nobody is described whom the record does not know', async () => {
  expect(await describePlayer('__proto__')).toBeNull();
});

test('the best of a ladder come page by page, and who is equal by id', async () => {
  const ratings = Array.from({ length: 25 }, (_, n) => ({
    playerId: `p${String(n).padStart(2, '0')}`,
    rating: 1_500 + 10 * Math.floor(n / 2),
    games: n,
  }));
  await command(fleet.stores, 'give-ratings', { ladder: 'constructor', ratings });
  const wanted = ratings.toSorted((a, b) => b.rating - a.rating || (a.playerId < b.playerId ? -1 : 1));

  const pages = [
    await top('constructor', 1, 10),
    await top('constructor', 11, 10),
    await top('constructor', 21, 10),
  ];

  expect(pages.map((it) => it.length)).toEqual([10, 10, 5]);
  expect(pages.flat().map(({ rank, playerId, rating }) => ({ rank, playerId, rating }))).toEqual(
    wanted.map(({ playerId, rating }, at) => ({ rank: at + 1, playerId, rating })),
  );
  expect(await top('nobody', 1, 10)).toEqual([]);
});

test('a ladder that is rated for the first time gets an index for its best, and one beyond the last index none', async () => {
  const names = async () => (await fleet.db.collection('players').indexes()).map((it) => it.name);
  await command(fleet.stores, 'give-ratings', {
    ladder: 'fresh',
    ratings: [{ playerId: 'x', rating: 1_600 }],
  });
  expect(await names()).toContain('means-fresh');
  for (let n = (await names()).length; n < 64; n++)
    await fleet.db.collection('players').createIndex({ [`filler${n}`]: 1 });

  await command(fleet.stores, 'give-ratings', {
    ladder: 'late',
    ratings: [{ playerId: 'y', rating: 1_600 }],
  });

  expect(await names()).not.toContain('means-late');
  expect(await top('late', 1, 10)).toMatchObject([{ rank: 1, playerId: 'y' }]);
  expect(openRater(fleet.stores).refused).toEqual([]);
});

test('a match is predicted by the ratings its players have now on its ladder, newcomers as such', async () => {
  const ratings = [{ playerId: 'strong', rating: 1_900, games: 400 }];
  await command(fleet.stores, 'give-ratings', { ladder: 'default', ratings });
  const chances = async (teams: string[][]) => {
    const outcome = await perform(predictNow(fleet.stores), [{ ladder: 'default', teams }]);
    return outcome.kind === 'done' ? (outcome.result as { chances: number[] }).chances : [];
  };

  const [strong = 0, fresh = 0] = await chances([['strong'], ['__proto__']]);
  expect(strong + fresh).toBeCloseTo(1, 12);
  expect(strong).toBeGreaterThan(0.7);
  expect(await chances([['toString'], ['constructor']])).toEqual([0.5, 0.5]);
});
