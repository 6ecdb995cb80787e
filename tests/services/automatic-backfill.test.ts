import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { backfillSteps, trio } from '../support/backfill-steps.ts';
import { aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const steps = backfillSteps(() => domain, trio);
const { ask, play, commit, settle, fail, match, rosterOf, statuses, backfillOf } = steps;

describe('AUTOMATIC gives a live match below its maximum a backfill ticket', () => {
  test('in the step that settles it, after its success', async () => {
    await domain.search('a', 'b');
    const decided = await commit('running', 'a', 'b');
    expect(await backfillOf('running')).toBeNull();
    await settle(decided);

    expect(await rosterOf('backfill-running')).toEqual(['a', 'b']);
    expect((await domain.events()).slice(-2)).toEqual(['MatchmakingSucceeded', 'MatchmakingSearching']);
    expect(await domain.tickets.describe(['backfill-running'])).toMatchObject([
      { status: 'SEARCHING', fills: 'running', configuration: 'duel' },
    ]);
  });

  test('with every value of its players as they were matched, and their teams', async () => {
    const precise = { tags: { SL: [] }, skill: { N: 1.2345678901234567 } };
    await domain.start({ ...aTicket('a'), players: [{ playerId: 'a', attributes: precise }] });
    await match('running', 'a');

    const [ticket] = await domain.inPool();
    expect(ticket?.players).toEqual([{ playerId: 'a', attributes: precise, team: 'side_1' }]);
  });

  test('not when it is full, nor again when it is settled twice', async () => {
    await play('full', 'x', 'y', 'z');
    await domain.search('a', 'b');
    const decided = await commit('running', 'a', 'b');
    await settle(decided);
    await domain.pool.tickets.stop('backfill-running');

    expect(await settle(decided)).toEqual([false]);
    expect(await statuses('backfill-full', 'backfill-running')).toEqual(['CANCELLED']);
  });

  test('when a player leaves a match that was full', async () => {
    await play('running', 'a', 'b', 'c');
    expect(await backfillOf('running')).toBeNull();

    await domain.pool.matches.leave('b', 'running');

    expect(await rosterOf('backfill-running')).toEqual(['a', 'c']);
  });

  test('when a player of it is matched anew', async () => {
    await play('running', 'a', 'b', 'c');
    await domain.start(aTicket('a2', ['a']));
    await domain.search('x');
    await commit('next', 'a2', 'x');

    expect(await rosterOf('backfill-running')).toEqual(['b', 'c']);
  });

  test('again when the match that it was to go on as fails', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fail(await commit('next', 'backfill-running', 'x'));

    expect(await statuses('backfill-running', 'x')).toEqual(['FAILED', 'FAILED']);
    expect(await rosterOf('backfill-running-2')).toEqual(['a', 'b']);
  });

  test('again when its ticket timed out', async () => {
    await play('running', 'a', 'b');
    await domain.pass(trio.timeoutMs + 1_000);

    expect(await domain.pool.tickets.expire(['backfill-running'])).toEqual(['backfill-running']);

    expect(await rosterOf('backfill-running-2')).toEqual(['a', 'b']);
  });

  test('again after each success until it is full', async () => {
    await play('running', 'a');
    await domain.search('x');
    await match('second', 'backfill-running', 'x');
    expect(await rosterOf('backfill-second')).toEqual(['a', 'x']);
    await domain.search('y');
    await match('third', 'backfill-second', 'y');

    expect(await backfillOf('third')).toBeNull();
    expect(await domain.inPool()).toEqual([]);
  });

  test('again when somebody who looked for another match looks no more, and nobody else was there to be listed', async () => {
    await play('running', 'a');
    await domain.start(aTicket('a2', ['a']));
    expect(await backfillOf('running')).toBeNull();

    await domain.pool.tickets.stop('a2');

    expect(await rosterOf('backfill-running-2')).toEqual(['a']);
  });

  test('whatever ids clients choose', async () => {
    await domain.start(aTicket('backfill-running', ['eve']), aTicket('backfill-running-2', ['mallory']));
    await play('running', 'a', 'b');

    expect(await rosterOf((await backfillOf('running')) ?? '')).toEqual(['a', 'b']);
    const theirs = await domain.tickets.describe(['backfill-running', 'backfill-running-2']);
    expect(theirs.map((it) => [it.status, it.fills, it.players[0]?.playerId])).toEqual([
      ['SEARCHING', undefined, 'eve'],
      ['SEARCHING', undefined, 'mallory'],
    ]);
  });
});

describe('AUTOMATIC gives a match none', () => {
  test('that is over: its ticket ends with it, and its last leaver opens none', async () => {
    await play('running', 'a', 'b');
    await domain.pool.matches.endMatches(['running']);
    expect(await statuses('backfill-running')).toEqual(['CANCELLED']);
    await play('other', 'c');
    await domain.pool.matches.leave('c', 'other');

    expect(await statuses('backfill-other')).toEqual(['CANCELLED']);
    expect(await domain.inPool()).toEqual([]);
  });

  test('that was over on record when it should have gone on: nobody is matched into it again', async () => {
    await play('running', 'a', 'b');
    await domain.search('x');
    await fail(await commit('next', 'backfill-running', 'x'), true);

    expect(await domain.inPool()).toEqual([]);
    expect(await steps.isLive('running')).toBe(false);
  });

  test('of which one was stopped: not when a player leaves', async () => {
    await play('running', 'a', 'b');
    expect(await domain.pool.tickets.stop('backfill-running')).toMatchObject({ status: 'CANCELLED' });

    await domain.pool.matches.leave('b', 'running');

    expect(await domain.inPool()).toEqual([]);
  });

  test('of which one was stopped: nor the match that it goes on as with the company somebody asked for', async () => {
    await play('running', 'a');
    await domain.pool.tickets.stop('backfill-running');
    expect(await ask('f', ['a'])).toBe('searching');
    await domain.search('c');
    await match('next', 'f', 'c');

    expect(await statuses('f', 'c')).toEqual(['COMPLETED', 'COMPLETED']);
    expect(await domain.inPool()).toEqual([]);
  });

  test('that was decided where AUTOMATIC is off', async () => {
    const manual = backfillSteps(() => domain);
    await manual.play('running', 'a', 'b');
    await domain.pool.matches.leave('a', 'running');

    expect(await domain.inPool()).toEqual([]);
  });
});
