import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { AutomaticBackfill } from '../../jobs/matchmaking/backfill.ts';
import { aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const answerMs = 30_000;
const onTeam = (playerId: string, team = 'side_1') => ({
  playerId,
  // What Lua's JSON reader would spoil: an empty list, and more digits than it keeps.
  attributes: { tags: { SL: [] }, skill: { N: 1.2345678901234567 } },
  team,
});
/** A backfill ticket of the running match `running`, reserved. */
const ask = (ticketId: string, ...playerIds: string[]) =>
  domain.tickets.reserve('job', [
    { ...aTicket(ticketId), players: playerIds.map((id) => onTeam(id)), fills: 'running' },
  ]);
const enter = (ticketId: string, ...playing: (string | { id: string; over: string })[]) =>
  domain.pool.enterBackfill(
    ticketId,
    'duel',
    60_000,
    playing.map((it) =>
      typeof it === 'string' ? { player: onTeam(it) } : { player: onTeam(it.id), over: it.over },
    ),
  );
const fill = async (ticketId: string, ...playerIds: string[]) => {
  await ask(ticketId, ...playerIds);
  expect(await enter(ticketId, ...playerIds)).toBe('entered');
};
/** Plays `a` and `b` into the match `matchId`, to the end of its placement. */
const play = async (matchId: string, ...ticketIds: string[]) => {
  await domain.search(...ticketIds);
  await match(matchId, ...ticketIds);
};
const commit = async (matchId: string, ...ticketIds: string[]) => {
  const commits = await domain.commitOf(matchId, ...ticketIds);
  expect((await domain.pool.commit('duel', [commits])).verdicts).toEqual(['committed']);
  return commits.match;
};
const settle = (of: Awaited<ReturnType<typeof commit>>, automatic?: AutomaticBackfill) =>
  domain.pool.settle([{ match: of, status: 'COMPLETED', reason: '', message: '', automatic }]);
const match = async (matchId: string, ...ticketIds: string[]) => settle(await commit(matchId, ...ticketIds));
const rosterOf = async (ticketId: string) =>
  (await domain.inPool()).find((it) => it.ticketId === ticketId)?.players.map((it) => it.playerId);
const statuses = async (...ticketIds: string[]) =>
  (await domain.tickets.describe(ticketIds)).map((it) => it.status);

describe('a backfill ticket that enters', () => {
  test('is in its pool with its players on their teams, every value as it was given', async () => {
    await ask('f', 'a', 'b');

    expect(await enter('f', 'a', 'b')).toBe('entered');

    const [ticket] = await domain.inPool();
    expect(ticket).toMatchObject({ ticketId: 'f', backfill: true, fills: 'running' });
    expect(ticket?.players).toEqual([onTeam('a'), onTeam('b')]);
    expect(await domain.events()).toEqual(['MatchmakingSearching']);
  });

  test('replaces an older one of its match, which is cancelled', async () => {
    await fill('older', 'a');
    await fill('newer', 'a');

    expect(await statuses('older', 'newer')).toEqual(['CANCELLED', 'SEARCHING']);
  });

  test('late is superseded by a newer one that came first', async () => {
    await ask('older', 'a');
    await fill('newer', 'a');

    expect(await enter('older', 'a')).toBe('superseded');
    expect(await statuses('older', 'newer')).toEqual(['CANCELLED', 'SEARCHING']);
  });

  test('while another one of its match is placing is failed', async () => {
    await domain.search('x');
    await fill('f', 'a');
    await commit('m2', 'f', 'x');
    await ask('f2', 'a');

    expect(await enter('f2', 'a')).toBe('placing');
    expect(await statuses('f', 'f2')).toEqual(['PLACING', 'FAILED']);
  });

  test('leaves out who searches again or went into another match (invariant 2)', async () => {
    await play('running', 'a', 'b', 'c', 'd');
    await domain.search('b2');
    await domain.reserve(aTicket('again', ['b']), aTicket('other', ['c']));
    await domain.enter('again');
    await domain.enter('other');
    await match('elsewhere', 'other', 'b2');
    await ask('f', 'a', 'b', 'c', 'd', 'stranger');

    expect(await enter('f', 'a', 'b', 'c', 'd', 'stranger')).toBe('entered');
    expect(await rosterOf('f')).toEqual(['a', 'd', 'stranger']);
  });

  test('keeps whose other match is known to be over, unless they have a newer ticket since', async () => {
    await play('yesterday', 'a', 'b');
    await ask('f', 'a', 'b');
    await domain.reserve(aTicket('b2', ['b']));
    await domain.enter('b2');

    expect(await enter('f', { id: 'a', over: 'a' }, { id: 'b', over: 'b' })).toBe('entered');
    expect(await rosterOf('f')).toEqual(['a']);
  });

  test('with nobody left in it is cancelled', async () => {
    await domain.search('a');
    await ask('f', 'a');

    expect(await enter('f', 'a')).toBe('empty');
    expect(await statuses('f')).toEqual(['CANCELLED']);
  });

  test('a second time, or without a reservation, changes nothing', async () => {
    await fill('f', 'a');

    expect(await enter('f', 'a')).toBe('SEARCHING');
    expect(await enter('ghost', 'a')).toBe('missing');
  });

  test('does not cancel what its players are in, nor keep them from starting anew', async () => {
    await fill('f', 'a', 'b');
    await domain.reserve(aTicket('a2', ['a']));

    expect(await domain.enter('a2')).toBe('entered');

    expect(await statuses('f', 'a2')).toEqual(['SEARCHING', 'SEARCHING']);
    expect(await rosterOf('f')).toEqual(['b']);
  });
});

describe('a player who starts a newer ticket', () => {
  test('is not in a commit formed from the backfill ticket as it was (invariants 2, 7)', async () => {
    await domain.search('x');
    await fill('f', 'a', 'b');
    const stale = await domain.commitOf('m2', 'f', 'x');
    await domain.reserve(aTicket('a2', ['a']));
    await domain.enter('a2');

    expect((await domain.pool.commit('duel', [stale])).verdicts).toEqual(['changed']);
  });

  test('and was the last of it ends the backfill ticket', async () => {
    await fill('f', 'a');
    await domain.reserve(aTicket('a2', ['a']));
    await domain.enter('a2');

    expect(await statuses('f')).toEqual(['CANCELLED']);
  });

  test('drops the proposal it is in, and nobody else is to blame', async () => {
    await domain.search('x');
    await fill('f', 'a', 'b');
    await domain.pool.commit('duel', [await domain.commitOf('m2', 'f', 'x')], answerMs);
    await domain.reserve(aTicket('a2', ['a']));
    await domain.enter('a2');

    expect(await statuses('f', 'x', 'a2')).toEqual(['SEARCHING', 'SEARCHING', 'SEARCHING']);
    expect(await rosterOf('f')).toEqual(['b']);
  });
});

describe('a proposal with a backfill ticket', () => {
  beforeEach(async () => {
    await domain.search('x', 'y');
    await fill('f', 'a');
    await domain.pool.commit('duel', [await domain.commitOf('m2', 'f', 'x', 'y')], answerMs);
  });
  const answer = (ticketId: string, what: 'ACCEPT' | 'REJECT') =>
    domain.pool.accept(ticketId, 'm2', what, [ticketId === 'f' ? 'a' : ticketId]);

  test('asks only who would join', async () => {
    expect(await answer('f', 'REJECT')).toEqual({ outcome: 'not-proposed', status: 'backfill' });
    expect(await answer('x', 'ACCEPT')).toEqual({ outcome: 'recorded' });
    expect(await answer('y', 'ACCEPT')).toMatchObject({ outcome: 'decided' });
    expect(await statuses('f', 'x', 'y')).toEqual(['PLACING', 'PLACING', 'PLACING']);
  });

  test('that is rejected lets it search again with its age kept', async () => {
    const [before] = await domain.tickets.describe(['f']);
    await answer('x', 'REJECT');

    expect(await statuses('f', 'x', 'y')).toEqual(['SEARCHING', 'CANCELLED', 'CANCELLED']);
    expect((await domain.tickets.describe(['f']))[0]?.startTime).toBe(before?.startTime);
  });
});

describe('a match that has been backfilled', () => {
  test('is where its players are now: the next backfill ticket keeps them', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fill('f', 'a', 'b');
    await match('m2', 'f', 'x');

    await domain.tickets.reserve('job', [{ ...aTicket('f2'), players: [onTeam('a')], fills: 'm2' }]);
    expect(await enter('f2', 'a', 'b', 'x')).toBe('entered');
    expect(await rosterOf('f2')).toEqual(['a', 'b', 'x']);
  });

  test('does not count who started a newer ticket while it was placed', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fill('f', 'a', 'b');
    const going = await commit('m2', 'f', 'x');
    await domain.reserve(aTicket('a2', ['a']));
    await domain.enter('a2');
    await settle(going);

    await domain.tickets.reserve('job', [{ ...aTicket('f2'), players: [onTeam('a')], fills: 'm2' }]);
    await enter('f2', 'a', 'b', 'x');
    expect(await rosterOf('f2')).toEqual(['b', 'x']);
  });
});

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
