import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { AutomaticBackfill } from '../../jobs/matchmaking/backfill.ts';
import { backfillSteps, onTeam } from '../support/backfill-steps.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const { fill, play, commit, settle, rosterOf, statuses } = backfillSteps(() => domain);

describe('an automatic backfill ticket', () => {
  const automatic = (ticketId = 'auto', ...playerIds: string[]): AutomaticBackfill => ({
    ticketId,
    pool: 'duel',
    timeoutMs: 60_000,
    players: playerIds.map((id) => onTeam(id)),
  });

  test('is opened in the step that ends the match, after its success', async () => {
    await domain.search('a', 'b');
    await settle(await commit('running', 'a', 'b'), automatic('auto', 'a', 'b'));

    expect(await rosterOf('auto')).toEqual(['a', 'b']);
    expect((await domain.events()).slice(-2)).toEqual(['MatchmakingSucceeded', 'MatchmakingSearching']);
    expect(await domain.tickets.describe(['auto'])).toMatchObject([
      { status: 'SEARCHING', fills: 'running', configuration: 'duel' },
    ]);
  });

  test('is not opened again by a match settled twice', async () => {
    await domain.search('a', 'b');
    const decided = await commit('running', 'a', 'b');
    await settle(decided, automatic('auto', 'a', 'b'));
    await domain.pool.stop('auto');

    expect(await settle(decided, automatic('auto', 'a', 'b'))).toEqual([false]);
    expect(await statuses('auto')).toEqual(['CANCELLED']);
  });

  test('is opened when a player leaves a match that has none, once', async () => {
    await play('running', 'a', 'b');

    expect(await domain.pool.leave('running', 'duel', ['b'], automatic('auto', 'a'))).toBe('opened');
    expect(await domain.pool.leave('running', 'duel', ['b'], automatic('auto', 'a'))).toBe('dropped');
    expect(await rosterOf('auto')).toEqual(['a']);
  });
});

describe('stopping an automatic backfill ticket', () => {
  const automatic = (ticketId: string, ...playerIds: string[]): AutomaticBackfill => ({
    ticketId,
    pool: 'duel',
    timeoutMs: 60_000,
    players: playerIds.map((id) => onTeam(id)),
  });

  test('leaves its match as it is: it gets no other when a player leaves', async () => {
    await domain.search('a', 'b');
    await settle(await commit('running', 'a', 'b'), automatic('auto', 'a', 'b'));

    expect(await domain.pool.stop('auto')).toMatchObject({ status: 'CANCELLED' });

    expect(await domain.pool.leave('running', 'duel', ['b'], automatic('auto-1', 'a'))).toBe('none');
    expect(await domain.tickets.describe(['auto-1'])).toEqual([]);
  });

  test('holds for the match that goes on from it with the company somebody asked for', async () => {
    await domain.search('a', 'b');
    await settle(await commit('running', 'a', 'b'), automatic('auto', 'a', 'b'));
    await domain.pool.stop('auto');
    await fill('f', 'a', 'b');
    await domain.search('c');

    await settle(await commit('next', 'f', 'c'), automatic('auto-next', 'a', 'b', 'c'));

    expect(await statuses('f', 'c')).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await domain.tickets.describe(['auto-next'])).toEqual([]);
  });
});

describe('a player who leaves', () => {
  test('is dropped from the backfill ticket of their match', async () => {
    await fill('f', 'a', 'b');

    expect(await domain.pool.leave('running', 'duel', ['a', 'nobody'], undefined)).toBe('dropped');
    expect(await rosterOf('f')).toEqual(['b']);
  });

  test('and says so again ends no proposal, in which they are not', async () => {
    await domain.search('x');
    await fill('f', 'a', 'b');
    await domain.pool.leave('running', 'duel', ['a'], undefined);
    await domain.pool.commit('duel', [await domain.commitOf('m2', 'f', 'x')], 60_000);

    await domain.pool.leave('running', 'duel', ['a'], undefined);
    expect(await statuses('f', 'x')).toEqual(['REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
    await domain.pool.leave('running', 'duel', ['b'], undefined);
    expect(await statuses('f', 'x')).toEqual(['CANCELLED', 'SEARCHING']);
  });

  test('changes nothing where there is no backfill ticket, or where it is placing', async () => {
    expect(await domain.pool.leave('running', 'duel', ['a'], undefined)).toBe('none');
    await domain.search('x');
    await fill('f', 'a', 'b');
    await commit('m2', 'f', 'x');

    expect(await domain.pool.leave('running', 'duel', ['a'], undefined)).toBe('placing');
    expect(await statuses('f')).toEqual(['PLACING']);
  });
});

test('whose players are playing counts none who wait, however many of them leave', async () => {
  const waiting = async () =>
    (await domain.redis.zcard(domain.key('pool:duel'))) +
    Number((await domain.redis.hget(domain.key('companions'), 'duel')) ?? 0);
  const opened = {
    ticketId: 'auto',
    pool: 'duel',
    timeoutMs: 60_000,
    players: ['d', 'e'].map((id) => onTeam(id)),
  };
  await domain.search('x');
  await fill('f', 'a', 'b', 'c');
  await domain.pool.leave('other', 'duel', ['q'], opened);
  expect(await waiting()).toBe(1);

  await domain.pool.leave('running', 'duel', ['a', 'b'], undefined);
  await domain.pool.leave('other', 'duel', ['d'], undefined);
  expect(await waiting()).toBe(1);

  await domain.pool.endBackfills(['running', 'other']);
  expect(await waiting()).toBe(1);
});

test('matches that are over have no backfill tickets', async () => {
  await fill('f', 'a');

  expect(await domain.pool.endBackfills(['running', 'unknown'])).toEqual(['f']);
  expect(await domain.pool.endBackfills(['running'])).toEqual([]);
  expect(await statuses('f')).toEqual(['CANCELLED']);
  expect(await domain.redis.exists(domain.key('backfills'), domain.key('members:f'))).toBe(0);
});
