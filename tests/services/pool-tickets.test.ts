import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const { fill } = backfillSteps(() => domain);
const stop = async (ticketId: string, playerId?: string) =>
  (await domain.pool.tickets.stop(ticketId, playerId)).status;

describe('starting', () => {
  test('a ticket exists and is SEARCHING in its pool from the moment its start returns (invariant 11)', async () => {
    expect(await domain.start(aTicket('a'))).toMatchObject([{ kind: 'searching' }]);

    expect(await domain.statusOf('a')).toBe('SEARCHING');
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['a']);
    expect(await domain.events()).toEqual(['MatchmakingSearching']);
  });

  test('later tickets have higher sequence numbers', async () => {
    const [first, second] = await domain.start(aTicket('a'), aTicket('b'));

    expect(second).toMatchObject({ sequence: (first as { sequence: number }).sequence + 1 });
  });

  test('a start that a connection repeats gets its first answer, whatever became of the ticket (invariant 9)', async () => {
    const ticket = aTicket('a');
    const first = await domain.start(ticket);

    expect(await domain.start(ticket)).toEqual(first);
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['a']);
    expect(await domain.events()).toEqual(['MatchmakingSearching']);
    await domain.pool.tickets.stop('a');
    expect(await domain.start(ticket)).toEqual(first);
    expect(await domain.statusOf('a')).toBe('CANCELLED');
  });

  test('a ticket id used before is refused by name', async () => {
    await domain.start(aTicket('a'));

    const [again] = await domain.start(aTicket('a', ['someone-else']));

    expect(again).toMatchObject({
      as: 'conflict',
      reason: expect.stringContaining('ticketId: a was used before'),
    });
  });

  test('of two tickets of one call that share an id the second is refused', async () => {
    const verdicts = await domain.start(aTicket('a', ['p']), aTicket('a', ['q']));

    expect(verdicts).toMatchObject([{ kind: 'searching' }, { kind: 'refused', as: 'conflict' }]);
    expect((await domain.inPool()).map((it) => it.players[0]?.playerId)).toEqual(['p']);
  });

  test('an unknown configuration is refused by name and leaves nothing behind', async () => {
    const [refused] = await domain.start({ ...aTicket('a'), configuration: 'chess' });

    expect(refused).toMatchObject({ as: 'not-found', reason: 'configuration: chess does not exist' });
    expect(await domain.statusOf('a')).toBeUndefined();
  });

  test('a ticket that was checked by another version of its configuration changes nothing', async () => {
    await domain.search('older');
    await domain.pool.settings.install(aConfiguration(2));

    expect(await domain.start(aTicket('a', ['older']))).toEqual([{ kind: 'outdated' }]);
    expect(await domain.statusOf('a')).toBeUndefined();
    expect(await domain.statusOf('older')).toBe('SEARCHING');
  });

  test('a player being placed is refused by name', async () => {
    await domain.search('a', 'b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

    const [refused] = await domain.start(aTicket('a2', ['a']));

    expect(refused).toMatchObject({
      as: 'conflict',
      reason: expect.stringContaining('a is being placed'),
    });
  });

  test("a newer ticket of a player cancels the player's older one (invariant 2)", async () => {
    await domain.search('old');

    await domain.start(aTicket('new', ['old']));

    expect(await domain.statusOf('old')).toBe('CANCELLED');
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['new']);
  });

  test('of two tickets of one call that share a player the later supersedes (invariant 2)', async () => {
    await domain.start(aTicket('old', ['p']), aTicket('new', ['p']));

    expect(await domain.statusOf('old')).toBe('CANCELLED');
    expect(await domain.statusOf('new')).toBe('SEARCHING');
  });

  test('what is known of a player stays as long as anything of theirs does, and then goes; only an ended session fades', async () => {
    const { pool, redis } = domain;
    const known = () => redis.get(domain.key('player:a'));
    const recorded = () => redis.hset(domain.key('follower:records'), 'position', '9-0');
    const forget = () =>
      pool.tickets.forgetTickets(
        'records',
        { readableMs: 0, refusedReadableMs: 0 },
        new AbortController().signal,
      );
    await domain.search('a', 'b');
    const commit = await domain.commitOf('m', 'a', 'b');
    await pool.matches.commit('duel', [commit]);
    await pool.matches.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);
    expect(await known()).toBe('a\nm\n\n\n');
    await recorded();
    await forget();
    expect(await known(), 'the match is live').toBe('\nm\n\n\n');
    await pool.matches.leave('a', 'm', 'session');

    expect(await known()).toBe('\n\nsession\nm\n');
    expect(await redis.ttl(domain.key('player:a'))).toBeGreaterThan(172_000);
    await pool.matches.endMatches(['m']);
    expect(await redis.exists(domain.key('player:b'))).toBe(0);
  });

  test('one party member starting anew takes the whole older party out', async () => {
    await domain.start(aTicket('party', ['p', 'q']));

    await domain.start(aTicket('solo', ['q']));

    expect(await domain.statusOf('party')).toBe('CANCELLED');
  });
});

describe('refusing', () => {
  const refuse = (ticketId: string, revision: number) =>
    domain.pool.tickets.refuse([{ ticketId, revision, reason: 'InvalidTicket', message: 'players: none' }]);

  test('a ticket that no match can hold fails with its reason', async () => {
    await domain.search('a');

    expect(await refuse('a', 1)).toEqual(['FAILED']);
    expect(await domain.inPool()).toEqual([]);
    expect(await domain.tickets.describe(['a'])).toMatchObject([
      { status: 'FAILED', statusReason: 'InvalidTicket', statusMessage: 'players: none' },
    ]);
  });

  test('a ticket that has changed since the worker looked, or is being placed, is left alone (invariant 7)', async () => {
    await domain.search('a', 'b', 'c');
    await domain.pool.tickets.move('duel', [{ ticketId: 'c', pool: 'duel/x' }]);
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

    expect(await refuse('c', 1)).toEqual(['changed']);
    expect(await refuse('a', 1)).toEqual(['PLACING']);
    expect(await refuse('x', 1)).toEqual(['missing']);
    expect(await domain.statusOf('c')).toBe('SEARCHING');
  });
});

describe('stopping', () => {
  test('a searching ticket and a backfill ticket are cancelled', async () => {
    await fill('b', 'p');
    await domain.search('a');

    expect([await stop('a'), await stop('b')]).toEqual(['CANCELLED', 'CANCELLED']);
    expect(await domain.inPool()).toEqual([]);
  });

  test('a ticket that does not exist leaves nothing behind', async () => {
    expect(await stop('a')).toBe('missing');

    expect(await domain.start(aTicket('a'))).toMatchObject([{ kind: 'searching' }]);
  });

  test('by a player who is not in the ticket changes nothing, nor by one whom a backfill ticket lists', async () => {
    await domain.start(aTicket('a', ['p', 'q']));
    await fill('f', 'r');

    expect([await stop('a', 'x'), await stop('f', 'r')]).toEqual(['stranger', 'stranger']);
    expect([await domain.statusOf('a'), await domain.statusOf('f')]).toEqual(['SEARCHING', 'SEARCHING']);
    expect(await stop('a', 'q')).toBe('CANCELLED');
  });

  test('a ticket being placed cannot be stopped, nor one that has ended', async () => {
    await domain.search('a', 'b', 'c');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);
    await domain.pool.tickets.refuse([{ ticketId: 'c', revision: 1, reason: 'Why', message: 'Because.' }]);

    expect([await stop('a'), await stop('c')]).toEqual(['PLACING', 'FAILED']);
  });
});

describe('ended', () => {
  const ended = async () => {
    await domain.search('a', 'b', 'c');
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.matches.commit('duel', [commit]);
    await domain.pool.matches.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);
    await domain.pool.tickets.stop('c');
  };

  test('a ticket is still described as it ended', async () => {
    await ended();

    expect(await domain.tickets.describe(['a', 'c'])).toMatchObject([
      { status: 'COMPLETED', matchId: 'm', players: aTicket('a').players, endTime: expect.any(String) },
      { status: 'CANCELLED', statusMessage: 'Cancelled by request.', players: aTicket('c').players },
    ]);
  });

  test('a start of its id changes nothing, and is told what it is', async () => {
    await ended();

    expect(await domain.start(aTicket('a'), aTicket('c'))).toMatchObject([
      { as: 'conflict', reason: expect.stringContaining('COMPLETED') },
      { as: 'conflict', reason: expect.stringContaining('CANCELLED') },
    ]);
  });
});
