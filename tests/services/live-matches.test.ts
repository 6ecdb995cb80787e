import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aTicket } from '../support/builders.ts';
import { keysOf } from '../support/domain.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const answerMs = 30_000;
const steps = backfillSteps(() => domain);
const { ask, fill, play, commit, settle, fail, match, rosterOf, statuses } = steps;
const { isLive, playersIn, matchesOf } = steps;
/** The outbox entry of a decided match. */
const entryOf = async (matchId: string) => (await domain.pool.matches.decided([matchId]))[0];

describe('a match is live', () => {
  test('from its commit, and who is in it is known', async () => {
    await domain.search('a', 'b');
    await commit('m', 'a', 'b');

    expect(await playersIn('m')).toEqual(['a', 'b']);
    expect(await matchesOf('a', 'b')).toEqual(['m', 'm']);
  });

  test('from its last acceptance, and not before', async () => {
    await domain.search('a', 'b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')], answerMs);
    for (const ticketId of ['a', 'b']) {
      expect(await isLive('m')).toBe(false);
      await domain.pool.tickets.accept({
        ticketId,
        matchId: 'm',
        acceptance: 'ACCEPT',
        playerIds: [ticketId],
      });
    }

    expect(await matchesOf('a', 'b')).toEqual(['m', 'm']);
  });

  test('until it ends, until its last player leaves, or until it fails', async () => {
    for (const matchId of ['ended', 'left', 'failed']) {
      await domain.search(`a-${matchId}`, `b-${matchId}`);
      const decided = await commit(matchId, `a-${matchId}`, `b-${matchId}`);
      if (matchId === 'failed') await fail(decided);
      else await settle(decided);
    }
    await domain.pool.matches.endMatches(['ended']);
    for (const player of ['a-left', 'b-left']) await domain.pool.matches.leave(player, 'left');

    const keys = await keysOf(domain.redis, domain.key('*'));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => /:(live|lives|playing)(:|$)/.test(key))).toEqual([]);
  });

  test('as long as the one that it is to go on as is placed, however old it is', async () => {
    await fill('f', 'a');
    await domain.search('x');
    const going = await commit('next', 'f', 'x');
    await domain.redis.zincrby(domain.key('lives'), -7_300_000, 'running');

    expect(await domain.pool.matches.oldMatches(7_200_000)).toEqual([]);
    await settle(going);
    expect(await playersIn('next')).toEqual(['a', 'x']);
  });

  test('until it is older than the setting by fleet time, whatever its keys expire by', async () => {
    await play('m', 'a', 'b');
    await domain.pass(7_000_000);
    expect(await domain.pool.matches.oldMatches(7_200_000)).toEqual([]);
    await domain.pass(201_000);

    expect(await domain.pool.matches.oldMatches(7_200_000)).toEqual(['m']);
    const ttls = await Promise.all(
      ['live:m', 'lives', 'player:a'].map((name) => domain.redis.ttl(domain.key(name))),
    );
    expect(ttls).toEqual([-1, -1, -1]);
  });
});

describe('a player of a live match who is matched anew', () => {
  test('is out of it and of its backfill ticket when the new match is decided, not before', async () => {
    await fill('f', 'a', 'b');
    await domain.start(aTicket('a2', ['a']));
    expect(await playersIn('running')).toEqual(['a', 'b']);
    await domain.search('x');
    await commit('next', 'a2', 'x');

    expect(await playersIn('running')).toEqual(['b']);
    expect(await rosterOf('f')).toEqual(['b']);
    expect(await entryOf('next')).toMatchObject({ leaves: [{ matchId: 'running', playerIds: ['a'] }] });
  });

  test('is out of it when the new match is decided by the last acceptance', async () => {
    await play('running', 'a', 'b');
    await domain.start(aTicket('a2', ['a']));
    await domain.search('x');
    await domain.pool.matches.commit('duel', [await domain.commitOf('next', 'a2', 'x')], answerMs);
    expect(await playersIn('running')).toEqual(['a', 'b']);
    for (const [ticketId, playerId] of [
      ['a2', 'a'],
      ['x', 'x'],
    ] as const)
      await domain.pool.tickets.accept({
        ticketId,
        matchId: 'next',
        acceptance: 'ACCEPT',
        playerIds: [playerId],
      });

    expect(await playersIn('running')).toEqual(['b']);
    expect(await entryOf('next')).toMatchObject({ leaves: [{ matchId: 'running', playerIds: ['a'] }] });
  });

  test('by a newer ticket while their backfill ticket is placed is in one live match, the newer (invariant 2)', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x', 'y');
    const going = await commit('going', 'f', 'x');
    await domain.start(aTicket('a2', ['a']));
    const newer = await commit('newer', 'a2', 'y');
    await settle(newer);
    await settle(going);

    expect(await playersIn('going')).toEqual(['b', 'x']);
    expect(await playersIn('newer')).toEqual(['a', 'y']);
    expect(await matchesOf('a', 'b', 'x', 'y')).toEqual(['newer', 'going', 'going', 'newer']);
    expect(newer.matchId && (await isLive('running'))).toBe(true);
  });
});

describe('a live match that is backfilled', () => {
  test('goes on under the id of the new one with all who are in it, once that has started', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    const going = await commit('next', 'f', 'x');
    expect(await playersIn('running')).toEqual(['a', 'b']);
    await settle(going);

    expect(await playersIn('next')).toEqual(['a', 'b', 'x']);
    expect(await ask('f2', ['a', 'b', 'x'], 'next')).toBe('searching');
    expect(await rosterOf('f2')).toEqual(['a', 'b', 'x']);
  });

  test('is left, and ends, by every id that it has had', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    await match('next', 'f', 'x');

    expect(await domain.pool.matches.leave('a', 'running')).toBe('next');
    expect(await playersIn('next')).toEqual(['b', 'x']);
    expect(await domain.pool.matches.endMatches(['running'])).toEqual(['ended']);
    expect(await isLive('next')).toBe(false);
    expect(await domain.pool.matches.endMatches(['running', 'next'])).toEqual(['unknown', 'unknown']);
  });

  test('goes on without who leaves while the new one is placed', async () => {
    await fill('f', 'a', 'b', 'c');
    await domain.search('x');
    const going = await commit('next', 'f', 'x');
    expect(await domain.pool.matches.leave('a', 'running')).toBe('running');
    expect(await domain.pool.matches.leave('c', 'next'), 'by the id of the new one').toBe('running');
    expect(await domain.pool.matches.leave('x', 'next')).toBe('next');
    await settle(going);

    expect(await playersIn('next')).toEqual(['b']);
  });

  test('goes on as it was when the new one fails', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    await fail(await commit('next', 'f', 'x'));

    expect(await playersIn('running')).toEqual(['a', 'b']);
    expect(await matchesOf('a', 'x')).toEqual(['running', null]);
    expect(await ask('f2', ['a', 'b'])).toBe('searching');
  });

  test('whose result comes while the new one is placed is over when that has started, and nobody else joins', async () => {
    await fill('f', 'a');
    await domain.search('x');
    const going = await commit('next', 'f', 'x');
    expect(await domain.pool.matches.endMatches(['running'])).toEqual(['going-on']);
    await settle(going);

    expect(await matchesOf('a', 'x')).toEqual([null, null]);
    expect(await isLive('next')).toBe(false);
  });
});

describe('a player who leaves', () => {
  test('is dropped from the backfill ticket of their match', async () => {
    await fill('f', 'a', 'b');

    expect(await domain.pool.matches.leave('a', 'running')).toBe('running');
    expect(await domain.pool.matches.leave('nobody', 'running')).toBeUndefined();
    expect(await rosterOf('f')).toEqual(['b']);
  });

  test('and says so again ends no proposal, in which they are not', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    await domain.pool.matches.leave('a', 'running');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m2', 'f', 'x')], 60_000);

    await domain.pool.matches.leave('a', 'running');
    expect(await statuses('f', 'x')).toEqual(['REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
    await domain.pool.matches.leave('b', 'running');
    expect(await statuses('f', 'x')).toEqual(['CANCELLED', 'SEARCHING']);
  });

  test('by the end of their session leaves whichever match they are in, and asked again no later one', async () => {
    await play('m', 'a', 'b');

    expect(await domain.pool.matches.leave('a', '', 'session')).toBe('m');
    await domain.start(aTicket('a2', ['a']));
    await domain.search('x');
    await match('later', 'a2', 'x');
    expect(await domain.pool.matches.leave('a', '', 'session')).toBe('m');
    expect(await playersIn('later')).toEqual(['a', 'x']);
  });

  test('a match named by another id than theirs leaves nothing', async () => {
    await play('m', 'a', 'b');

    expect(await domain.pool.matches.leave('a', 'other')).toBeUndefined();
    expect(await playersIn('m')).toEqual(['a', 'b']);
  });
});

test('backfill tickets whose players are playing count none who wait, however many of them leave', async () => {
  const waiting = async () =>
    (await domain.redis.zcard(domain.key('pool:duel'))) +
    Number((await domain.redis.hget(domain.key('companions'), 'duel')) ?? 0);
  await fill('f', 'a', 'b', 'c');
  await domain.search('x');
  expect(await waiting()).toBe(1);

  for (const player of ['a', 'b']) await domain.pool.matches.leave(player, 'running');
  expect(await waiting()).toBe(1);

  await domain.pool.matches.endMatches(['running']);
  expect(await waiting()).toBe(1);
  expect(await statuses('f')).toEqual(['CANCELLED']);
});
