import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { backfillSteps, onTeam } from '../support/backfill-steps.ts';
import { aBackfill, aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const answerMs = 30_000;
const { ask, fill, play, commit, settle, match, rosterOf, statuses } = backfillSteps(() => domain);

describe('a backfill ticket that is asked for', () => {
  test('is in its pool with its players on their teams, every value as it was given', async () => {
    await fill('f', 'a', 'b');

    const [ticket] = await domain.inPool();
    expect(ticket).toMatchObject({ ticketId: 'f', backfill: true, fills: 'running' });
    expect(ticket?.players).toEqual([onTeam('a'), onTeam('b')]);
    expect((await domain.events()).at(-1)).toBe('MatchmakingSearching');
  });

  test('gets its first answer again when its call is repeated, whatever became of it (invariant 11)', async () => {
    await play('running', 'a');
    const call = aBackfill('f', [onTeam('a')]);
    const first = await domain.tickets.backfill(call);
    await domain.pool.tickets.stop('f');

    expect((await domain.tickets.backfill(call)).verdict).toEqual(first.verdict);
    expect(await statuses('f')).toEqual(['CANCELLED']);
  });

  test('wakes its pool, unless a cycle is under way', async () => {
    await play('running', 'a');

    expect(await domain.tickets.backfill(aBackfill('f', [onTeam('a')]))).toMatchObject({ pool: 'duel' });
    await domain.pool.mirror.catchUp('duel', 'duel', '0-0', 1, { begins: true, whole: true });
    expect(await domain.tickets.backfill(aBackfill('f2', [onTeam('a')]))).toMatchObject({ pool: undefined });
  });

  test('replaces an older one of its match, and drops only the proposal of that one', async () => {
    await fill('older', 'a');
    await domain.search('x', 'y', 'z');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m2', 'older', 'x')], answerMs);
    await domain.pool.matches.commit('duel', [await domain.commitOf('m3', 'y', 'z')], answerMs);

    await fill('newer', 'a');

    expect(await statuses('older', 'newer', 'x')).toEqual(['CANCELLED', 'SEARCHING', 'SEARCHING']);
    expect(await statuses('y', 'z')).toEqual(['REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
  });

  test('is refused by name for a match that is over, went on, is placed or is being filled, and changes nothing', async () => {
    expect(await ask('f', ['a'])).toContain('no match running is live');
    await domain.search('a');
    const decided = await commit('running', 'a');
    expect(await ask('f', ['a'])).toContain('match running is being placed');
    await settle(decided);
    await fill('f', 'a');
    await domain.search('x');
    const going = await commit('m2', 'f', 'x');
    expect(await ask('f2', ['a'])).toContain('ticket f has found players for match running');
    await settle(going);
    expect(await ask('f2', ['a'])).toContain('match running has been backfilled and goes on as m2');
    await domain.pool.matches.endMatches(['m2']);
    expect(await ask('f2', ['a'], 'm2')).toContain('no match m2 is live');

    expect(await domain.tickets.describe(['f2'])).toEqual([]);
  });

  test('leaves out who searches again, went into another match or was never in this one (invariant 2)', async () => {
    await play('running', 'a', 'b', 'c', 'd');
    await domain.search('b2');
    await domain.start(aTicket('again', ['b']), aTicket('other', ['c']));
    await match('elsewhere', 'other', 'b2');

    expect(await ask('f', ['a', 'b', 'c', 'd', 'stranger'])).toBe('searching');
    expect(await rosterOf('f')).toEqual(['a', 'd']);
  });

  test('with nobody left in it is refused', async () => {
    await play('running', 'a');
    await domain.start(aTicket('a2', ['a']));

    expect(await ask('f', ['a'])).toContain('players: none of them is in match running');
  });

  test('does not cancel what its players are in, nor keep them from starting anew', async () => {
    await fill('f', 'a', 'b');

    expect(await domain.start(aTicket('a2', ['a']))).toMatchObject([{ kind: 'searching' }]);

    expect(await statuses('f', 'a2')).toEqual(['SEARCHING', 'SEARCHING']);
    expect(await rosterOf('f')).toEqual(['b']);
  });

  test('waits for the ratings of its players, and keeps them when one of them leaves', async () => {
    await play('running', 'a', 'b');
    await domain.tickets.backfill({ ...aBackfill('f', [onTeam('a'), onTeam('b')]), unrated: true });
    const [waiting] = await domain.inPool();
    const rated = ['a', 'b'].map((id) => ({ ...onTeam(id), attributes: { skill: { N: 7 } } }));
    await domain.pool.tickets.rate([
      { ticketId: 'f', revision: waiting?.revision ?? 0, players: rated, fills: 'running' },
    ]);

    await domain.pool.matches.leave('a', 'running');

    const [ticket] = await domain.inPool();
    expect(ticket).toMatchObject({ unrated: false, players: [rated[1]] });
  });
});

describe('a player who starts a newer ticket', () => {
  test('is not in a commit formed from the backfill ticket as it was (invariants 2, 7)', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    const stale = await domain.commitOf('m2', 'f', 'x');
    await domain.start(aTicket('a2', ['a']));

    expect((await domain.pool.matches.commit('duel', [stale])).verdicts).toEqual(['changed']);
  });

  test('and was the last of it ends the backfill ticket', async () => {
    await fill('f', 'a');
    await domain.start(aTicket('a2', ['a']));

    expect(await statuses('f')).toEqual(['CANCELLED']);
  });

  test('drops the proposal it is in, and nobody else is to blame', async () => {
    await fill('f', 'a', 'b');
    await domain.search('x');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m2', 'f', 'x')], answerMs);
    await domain.start(aTicket('a2', ['a']));

    expect(await statuses('f', 'x', 'a2')).toEqual(['SEARCHING', 'SEARCHING', 'SEARCHING']);
    expect(await rosterOf('f')).toEqual(['b']);
  });
});

describe('a proposal with a backfill ticket', () => {
  beforeEach(async () => {
    await fill('f', 'a');
    await domain.search('x', 'y');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m2', 'f', 'x', 'y')], answerMs);
  });
  const answer = (ticketId: string, what: 'ACCEPT' | 'REJECT') =>
    domain.pool.tickets.accept({
      ticketId,
      matchId: 'm2',
      acceptance: what,
      playerIds: [ticketId === 'f' ? 'a' : ticketId],
    });

  test('asks only who would join', async () => {
    expect(await answer('f', 'REJECT')).toEqual({ outcome: 'not-proposed', detail: 'backfill' });
    expect(await answer('x', 'ACCEPT')).toEqual({ outcome: 'recorded' });
    expect(await answer('y', 'ACCEPT')).toMatchObject({ outcome: 'decided' });
    expect(await statuses('f', 'x', 'y')).toEqual(['PLACING', 'PLACING', 'PLACING']);
  });

  test('that is rejected lets it and who did not reject it search again with their age kept', async () => {
    const [before] = await domain.tickets.describe(['f']);
    await answer('x', 'REJECT');

    expect(await statuses('f', 'x', 'y')).toEqual(['SEARCHING', 'CANCELLED', 'SEARCHING']);
    expect((await domain.tickets.describe(['f']))[0]?.startTime).toBe(before?.startTime);
  });
});
