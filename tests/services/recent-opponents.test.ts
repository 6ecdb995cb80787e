import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { openRatings } from '../../workers/matchmaking/rating-attributes.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { play, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeAll(async () => {
  fleet = await openFleetStores();
  const against = ['bob', 'cat', 'bob', '__proto__', 'a.b'];
  await play(
    fleet.stores,
    'default',
    against.map((blue, n) => ({ matchId: `m${n}`, red: 'ann', blue, at: 1_000 * (n + 1) })),
  );
  await report(fleet.stores, ...against.map((_, n) => wins('red', `m${n}`)));
});
afterAll(() => fleet[Symbol.asyncDispose]());

const playersWith = async (avoidRecentOpponents: number, ladder: string, ...players: TicketPlayer[]) => {
  const read = openRatings(fleet.stores);
  const [found] = await read([players], { ratingAttributes: {}, avoidRecentOpponents, ladder });
  return found?.map(({ playerId, attributes }) => [playerId, attributes['recentOpponents']]);
};
const player = (playerId: string): TicketPlayer => ({ playerId, attributes: {} });

test("a ticket gets as many of each player's last opponents as its configuration says, the last first", async () => {
  expect(await playersWith(3, 'default', player('ann'), player('cat'), player('eve'))).toEqual([
    ['ann', { SL: ['a.b', '__proto__', 'bob'] }],
    ['cat', { SL: ['ann'] }],
    ['eve', { SL: [] }],
  ]);
  expect(await playersWith(1, 'default', player('ann'))).toEqual([['ann', { SL: ['a.b'] }]]);
});

test('on another ladder they have met nobody, and without the setting nothing is given', async () => {
  expect(await playersWith(3, 'other', player('ann'))).toEqual([['ann', { SL: [] }]]);
  expect(await playersWith(0, 'default', player('ann'))).toEqual([['ann', undefined]]);
});

test('what a client says of it does not count', async () => {
  const liar = { playerId: 'cat', attributes: { recentOpponents: { SL: ['eve'] } } };
  expect(await playersWith(2, 'default', liar)).toEqual([['cat', { SL: ['ann'] }]]);
});

test('the record names nobody by it: an erased player would still be found there', async () => {
  const { stores, db } = fleet;
  const players = [{ playerId: 'dan', attributes: { recentOpponents: { SL: ['gone'] } } }];
  const ended = { status: 'CANCELLED', configuration: 'duel', sequence: 1, reason: 'why', message: 'so' };
  await stores.tickets.record([
    {
      ...{ ...ended, ticketId: 't', players: JSON.stringify(players), playerIds: ['dan'] },
      ...{ startTime: Date.now(), endTime: Date.now() },
    } as never,
  ]);
  const [match] = (await stores.matches.find(['m0'])).values();
  await stores.matches.create(
    [
      {
        match: {
          ...{ matchId: 'n', configuration: 'duel', ladder: 'default', now: 0, asOf: 0, seed: 0 },
          ...{ ruleSet: { name: 'duel', version: 1 }, teams: match?.teams ?? [] },
          tickets: [{ ticketId: 't', startTime: 0, age: 0, sequence: 1, players }],
        },
        status: 'COMPLETED',
      },
    ],
    new Date(),
  );

  const collections = await db.listCollections().toArray();
  const all = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
  expect(JSON.stringify(all)).toContain('dan');
  expect(JSON.stringify(all)).not.toContain('gone');
});
