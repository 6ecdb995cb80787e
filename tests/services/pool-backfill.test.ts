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
const { ask, enter, fill, play, commit, settle, match, rosterOf, statuses } = backfillSteps(() => domain);

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
    await domain.start(aTicket('again', ['b']), aTicket('other', ['c']));
    await match('elsewhere', 'other', 'b2');
    await ask('f', 'a', 'b', 'c', 'd', 'stranger');

    expect(await enter('f', 'a', 'b', 'c', 'd', 'stranger')).toBe('entered');
    expect(await rosterOf('f')).toEqual(['a', 'd', 'stranger']);
  });

  test('keeps whose other match is known to be over, unless they have a newer ticket since', async () => {
    await play('yesterday', 'a', 'b');
    await ask('f', 'a', 'b');
    await domain.start(aTicket('b2', ['b']));

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

    expect(await domain.start(aTicket('a2', ['a']))).toMatchObject([{ kind: 'searching' }]);

    expect(await statuses('f', 'a2')).toEqual(['SEARCHING', 'SEARCHING']);
    expect(await rosterOf('f')).toEqual(['b']);
  });
});

describe('a player who starts a newer ticket', () => {
  test('is not in a commit formed from the backfill ticket as it was (invariants 2, 7)', async () => {
    await domain.search('x');
    await fill('f', 'a', 'b');
    const stale = await domain.commitOf('m2', 'f', 'x');
    await domain.start(aTicket('a2', ['a']));

    expect((await domain.pool.commit('duel', [stale])).verdicts).toEqual(['changed']);
  });

  test('and was the last of it ends the backfill ticket', async () => {
    await fill('f', 'a');
    await domain.start(aTicket('a2', ['a']));

    expect(await statuses('f')).toEqual(['CANCELLED']);
  });

  test('drops the proposal it is in, and nobody else is to blame', async () => {
    await domain.search('x');
    await fill('f', 'a', 'b');
    await domain.pool.commit('duel', [await domain.commitOf('m2', 'f', 'x')], answerMs);
    await domain.start(aTicket('a2', ['a']));

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
    domain.pool.accept({
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

describe('a match that has been backfilled', () => {
  test('is where its players are now: the next backfill ticket keeps them', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fill('f', 'a', 'b');
    await match('m2', 'f', 'x');

    await domain.tickets.reserve('job', aBackfill('f2', [onTeam('a')], 'm2'));
    expect(await enter('f2', 'a', 'b', 'x')).toBe('entered');
    expect(await rosterOf('f2')).toEqual(['a', 'b', 'x']);
  });

  test('does not count who started a newer ticket while it was placed', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fill('f', 'a', 'b');
    const going = await commit('m2', 'f', 'x');
    await domain.start(aTicket('a2', ['a']));
    await settle(going);

    await domain.tickets.reserve('job', aBackfill('f2', [onTeam('a')], 'm2'));
    await enter('f2', 'a', 'b', 'x');
    expect(await rosterOf('f2')).toEqual(['b', 'x']);
  });
});
