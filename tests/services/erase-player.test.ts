import { afterAll, beforeAll, expect, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import { newcomer } from '../../jobs/ladder/rating.ts';
import { pseudonymOf } from '../../jobs/rating-update/jobs.ts';
import { erasePlayers } from '../../workers/rating-update/erase-player.ts';
import { openErasure } from '../../workers/records/erasure.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { signedCommand } from '../support/operator.ts';
import { command, openRater, play, record, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeAll(async () => {
  fleet = await openFleetStores();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const pseudonym = pseudonymOf('0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f');

/** Erases a player while raters work. */
async function erase(playerId: string, name = pseudonym) {
  const { stores } = fleet;
  const wake = async (ladder: string) => void (await openRater(stores).rateOnce(ladder));
  const item = { playerId, pseudonym: name, reason: 'request 7' };
  let over = false;
  const signed = await signedCommand(stores, fleet.domain, { kind: 'erase-player', target: name, item });
  const erasing = perform(erasePlayers({ ...stores, wake }), [signed]).finally(() => {
    over = true;
  });
  // Whoever waits for it is told.
  erasing.catch(() => undefined);
  while (!over) await openRater(stores).rate();
  return erasing;
}

/** All that DocumentDB has, as text. */
async function everything(): Promise<string> {
  const collections = await fleet.db.listCollections().toArray();
  const all = collections.map(({ name }) => fleet.db.collection(name).find().toArray());
  return JSON.stringify(await Promise.all(all));
}
const rating = async (playerId: string) =>
  (await fleet.stores.players.find([playerId])).get(playerId)?.ratings['default'];

/** Gone for good, and named by nobody: neither a field nor a regular expression of DocumentDB. */
const gone = 'gone.$player';

test('an erased player is nowhere on record, and the ladder goes on as if it had always been the pseudonym (invariant 5)', async () => {
  const { stores } = fleet;
  await perform(createSessions({ ...stores, onCreated: () => undefined }), [
    { sessionId: 's', playerId: gone, requestedAt: 0 },
    { sessionId: 't', playerId: 'bob', requestedAt: 0 },
  ]);
  const against = ['bob', 'cat', 'bob', 'cat'];
  await play(
    stores,
    'default',
    against.map((blue, n) => ({ matchId: `m${n}`, red: gone, blue, at: 1_000 * (n + 1) })),
  );
  await stores.matches.leave('m0', [gone]);
  const partly = { ...wins('red', 'm1'), played: [{ playerId: gone, share: 0.5 }] };
  await report(stores, wins('red', 'm0'), partly);
  await command(stores, 'correct-result', {
    result: { ...partly, played: [{ playerId: gone, share: 0.7 }] },
    reason: 'x',
  });
  await stores.tickets.record([
    {
      ...{ ticketId: 'alone', status: 'CANCELLED', configuration: 'duel', sequence: 1, players: `"${gone}"` },
      ...{ playerIds: [gone], startTime: Date.now(), endTime: Date.now(), reason: 'why', message: 'because' },
    } as never,
  ]);
  // Waits for its rater: it is rated before the player goes.
  await record(stores, [wins('blue', 'm2')]);
  const cat = await rating('cat');
  expect(await everything()).toContain(gone);

  expect(await erase(gone)).toMatchObject({ kind: 'done', result: { pseudonym, sessions: 1 } });

  const left = await everything();
  expect(left).not.toContain(gone);
  expect(left.split(pseudonym).length).toBeGreaterThan(8);
  expect(await fleet.cacheRedis.exists(`sessions:s`, `ratings:${gone}`)).toBe(0);
  expect(await fleet.cacheRedis.exists(`sessions:t`)).toBe(1);
  expect(await rating('cat')).toEqual(cat);
  expect((await rating('bob'))?.games).toBe(2);
  expect(await stores.audit.list({ limit: 10, target: pseudonym })).toMatchObject([
    { kind: 'erase-player', target: pseudonym, operator: 'ann', reason: 'request 7' },
  ]);

  // Earlier matches can still be corrected, and nobody is left behind the pseudonym.
  const bob = (await rating('bob'))?.mu ?? 0;
  await command(stores, 'correct-result', { result: wins('blue', 'm0'), reason: 'y' });
  expect((await rating('bob'))?.mu).toBeGreaterThan(bob);
  expect((await stores.players.find([pseudonym])).size).toBe(0);
  expect((await brokenInvariants(fleet)).filter((it) => !/^[46]:/.test(it))).toEqual([]);

  // Who comes back is new.
  await play(stores, 'default', [{ matchId: 'again', red: gone, blue: 'bob', at: 9_000 }]);
  await report(stores, wins('red', 'again'));
  expect(await rating(gone)).toMatchObject({ games: 1, version: newcomer.version + 1 });
});

test('an erasure that was broken off goes on under the pseudonym that it began with', async () => {
  const { stores } = fleet;
  await play(stores, 'other', [{ matchId: 'o', red: 'half', blue: 'dan', at: 1_000 }]);
  const { matchId, ...result } = wins('red', 'o');
  await stores.pool.matches.report([{ matchId, result, ladder: 'other' }]);
  await openRater(stores).rate('other');
  expect(await stores.erasure.begin('half', pseudonym)).toBe(pseudonym);

  const second = await erase('half', pseudonymOf('ffffffff-0000-4000-8000-0a1b2c3d4e5f'));

  expect(second).toMatchObject({ kind: 'done', result: { pseudonym } });
  expect(await everything()).not.toContain('"half"');
});

test('an erasure that ends in the middle of the matches goes on behind those that it has looked through', async () => {
  const { stores, db } = fleet;
  const matches = Array.from({ length: 7 }, (_, n) => ({
    matchId: `e${n}`,
    red: 'much',
    blue: 'dan',
    at: n,
  }));
  await play(stores, 'default', matches);
  const whole = stores.erasure;
  const name = pseudonymOf('eeeeeeee-0000-4000-8000-0a1b2c3d4e5f');
  let steps = 0;
  const erasure: typeof whole = {
    ...openErasure(db, 2),
    async eraseSome(...args) {
      if (++steps === 4) throw new Error('the worker dies');
      return openErasure(db, 2).eraseSome(...args);
    },
  };
  Object.assign(stores, { erasure });
  try {
    await expect(erase('much', name)).rejects.toThrow('the worker dies');
    const looked = steps - 1;
    const all = await db.collection('matches').countDocuments();
    const days = (await db.listCollections().toArray()).filter((it) => /^tickets/.test(it.name)).length;
    expect(await erase('much', name)).toMatchObject({
      kind: 'done',
      result: { pseudonym: name, matches: 7 },
    });
    // Each two matches are looked through by one step, and each day's few tickets by one.
    expect(steps - 1 - looked).toBe(Math.floor(all / 2) + 1 + days - looked);
  } finally {
    Object.assign(stores, { erasure: whole });
  }
  expect(await everything()).not.toContain('"much"');
});

test('a player who has a ticket or a live match is not erased; who erases learns why (invariant 1)', async () => {
  await fleet.redis.set(domainKeys(fleet.domain).player('here'), 'waiting\n\n\n\n');

  const reason = expect.stringContaining('the player has ticket waiting');
  expect(await erase('here')).toMatchObject({ kind: 'refused', reason });

  const [told] = await fleet.stores.audit.list({ limit: 1 });
  expect(told).toMatchObject({ kind: 'erase-player', operator: 'ann', verdict: { kind: 'refused', reason } });
  expect(JSON.stringify(told)).not.toContain('here');
});

test('a correction of a match that is not there is refused, and the audit has it', async () => {
  const reason = 'matchId: there is no match ghost';

  expect(
    await command(fleet.stores, 'correct-result', { result: wins('red', 'ghost'), reason: 'x' }),
  ).toMatchObject({ kind: 'refused', reason });
  expect(await fleet.stores.audit.list({ limit: 1 })).toMatchObject([
    { kind: 'correct-result', target: 'ghost', operator: 'ann', verdict: { kind: 'refused', reason } },
  ]);
});

test('erasing somebody who is unknown changes nothing and is done', async () => {
  expect(await erase('nobody')).toMatchObject({ kind: 'done', result: { matches: 0, sessions: 0 } });
});
