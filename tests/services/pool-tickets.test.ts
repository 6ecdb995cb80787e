import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

describe('reserving', () => {
  test('a ticket exists and is QUEUED from the moment it is reserved', async () => {
    await domain.reserve(aTicket('a'));

    expect(await domain.statusOf('a')).toBe('QUEUED');
  });

  test('later reservations have higher sequence numbers', async () => {
    const [first, second] = await domain.reserve(aTicket('a'), aTicket('b'));

    expect(second).toMatchObject({ sequence: (first as { sequence: number }).sequence + 1 });
  });

  test('a ticket id used before is refused by name', async () => {
    await domain.reserve(aTicket('a'));

    const [again] = await domain.reserve(aTicket('a', ['someone-else']));

    expect(again).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('ticketId: a was used before'),
    });
  });

  test('an unknown configuration is refused by name and leaves nothing behind', async () => {
    const [refused] = await domain.reserve({ ...aTicket('a'), configuration: 'chess' });

    expect(refused).toMatchObject({ code: 'not-found', message: 'configuration: chess does not exist' });
    expect(await domain.statusOf('a')).toBeUndefined();
  });

  test('a player being placed is refused by name', async () => {
    await domain.search('a', 'b');
    await domain.pool.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

    const [refused] = await domain.reserve(aTicket('a2', ['a']));

    expect(refused).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('a is being placed'),
    });
  });
});

describe('entering', () => {
  test('a reserved ticket enters its pool once, however often its job runs (invariant 9)', async () => {
    await domain.reserve(aTicket('a'));

    expect([await domain.enter('a'), await domain.enter('a')]).toEqual(['entered', 'SEARCHING']);
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['a']);
    expect(await domain.events()).toEqual(['MatchmakingSearching']);
  });

  test('a ticket that was never reserved does not enter', async () => {
    expect(await domain.enter('ghost')).toBe('missing');
  });

  test("a newer ticket of a player cancels the player's older one (invariant 2)", async () => {
    await domain.search('old');
    await domain.reserve(aTicket('new', ['old']));

    await domain.enter('new');

    expect(await domain.statusOf('old')).toBe('CANCELLED');
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['new']);
  });

  test('an older ticket arriving late is cancelled at once and cancels nothing (invariant 2)', async () => {
    await domain.reserve(aTicket('old', ['p']), aTicket('new', ['p']));
    await domain.enter('new');

    expect(await domain.enter('old')).toBe('superseded');
    expect(await domain.statusOf('old')).toBe('CANCELLED');
    expect(await domain.statusOf('new')).toBe('SEARCHING');
  });

  test('an older ticket arriving after the newer one ended is still cancelled', async () => {
    await domain.reserve(aTicket('old', ['p']), aTicket('new', ['p']));
    await domain.enter('new');
    await domain.pool.stop('new');

    expect(await domain.enter('old')).toBe('superseded');
  });

  test('a ticket of a player who is being placed meanwhile fails with the reason', async () => {
    await domain.reserve(aTicket('a'), aTicket('b'), aTicket('late', ['a']));
    await domain.enter('a');
    await domain.enter('b');
    await domain.pool.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

    expect(await domain.enter('late')).toBe('placing:a');
    expect(await domain.tickets.describe(['late'])).toMatchObject([
      { status: 'FAILED', statusReason: 'PlayerBeingPlaced' },
    ]);
  });

  test('a ticket asked for before the match its player is in by now fails, though that match is under way (invariant 2)', async () => {
    await domain.reserve(aTicket('a'), aTicket('b'), aTicket('late', ['a']));
    await domain.enter('a');
    await domain.enter('b');
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.commit('duel', [commit]);
    await domain.pool.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);

    expect(await domain.enter('late')).toBe('placing:a');
    expect(await domain.tickets.describe(['late'])).toMatchObject([
      { status: 'FAILED', statusReason: 'PlayerInMatch' },
    ]);
  });

  test('a ticket asked for after that match began takes its player out of it', async () => {
    await domain.search('a', 'b');
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.commit('duel', [commit]);
    await domain.pool.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);
    await domain.reserve(aTicket('next', ['a']));

    expect(await domain.enter('next')).toBe('entered');
  });

  test('what is known of a player stays as long as a ticket of theirs is open, and goes after it', async () => {
    const life = () => domain.redis.ttl(domain.key('player:a'));
    await domain.search('a', 'b');
    expect(await life()).toBe(-1);
    await domain.pool.stop('a');
    expect(await life()).toBeGreaterThan(172_000);
    await domain.reserve(aTicket('again', ['a']));
    await domain.enter('again');
    expect(await life()).toBe(-1);
  });

  test('one party member starting anew takes the whole older party out', async () => {
    await domain.reserve(aTicket('party', ['p', 'q']));
    await domain.enter('party');
    await domain.reserve(aTicket('solo', ['q']));

    await domain.enter('solo');

    expect(await domain.statusOf('party')).toBe('CANCELLED');
  });

  test('a reservation that cannot enter fails with its reason', async () => {
    await domain.reserve(aTicket('a'));

    expect(
      await domain.pool.refuse([{ ticketId: 'a', reason: 'InvalidTicket', message: 'players: none' }]),
    ).toEqual(['FAILED']);
    expect(await domain.enter('a')).toBe('FAILED');
    expect(await domain.tickets.describe(['a'])).toMatchObject([{ statusMessage: 'players: none' }]);
  });

  test('a ticket that searches already cannot be refused any more', async () => {
    await domain.search('a');

    expect(await domain.pool.refuse([{ ticketId: 'a', reason: 'r', message: 'm' }])).toEqual(['SEARCHING']);
    expect(await domain.pool.refuse([{ ticketId: 'x', reason: 'r', message: 'm' }])).toEqual(['missing']);
  });
});

describe('stopping', () => {
  test('a queued and a searching ticket are cancelled', async () => {
    await domain.search('a');
    await domain.reserve(aTicket('b'));

    expect([await domain.pool.stop('a'), await domain.pool.stop('b')]).toEqual(['cancelled', 'cancelled']);
    expect(await domain.inPool()).toEqual([]);
    expect(await domain.enter('b')).toBe('CANCELLED');
  });

  test('a stop that overtakes its start wins', async () => {
    expect(await domain.pool.stop('a')).toBe('marked');

    const [reserved] = await domain.reserve(aTicket('a'));

    expect(reserved).toMatchObject({ stopped: true });
    expect(await domain.enter('a')).toBe('CANCELLED');
  });

  test('a ticket being placed cannot be stopped, nor one that has ended', async () => {
    await domain.search('a', 'b', 'c');
    await domain.pool.commit('duel', [await domain.commitOf('m', 'a', 'b')]);
    await domain.pool.stop('c');

    expect([await domain.pool.stop('a'), await domain.pool.stop('c')]).toEqual(['too-late', 'CANCELLED']);
  });
});

describe('ended', () => {
  const ended = async () => {
    await domain.search('a', 'b', 'c');
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.commit('duel', [commit]);
    await domain.pool.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);
    await domain.pool.stop('c');
    return ['a', 'c'].map((id) => domain.key(`ticket:${id}`));
  };

  test('a ticket is still described as it ended, and keeps nothing that nobody asks for', async () => {
    const searching = async () => {
      await domain.search('d');
      return domain.redis.hkeys(domain.key('ticket:d'));
    };
    const [completed = '', cancelled = ''] = await ended();

    expect(await domain.tickets.describe(['a', 'c'])).toMatchObject([
      { status: 'COMPLETED', matchId: 'm', players: aTicket('a').players, endTime: expect.any(String) },
      { status: 'CANCELLED', statusMessage: 'Cancelled by request.', players: aTicket('c').players },
    ]);
    const shed = ['actor', 'deadline', 'job', 'pool', 'revision', 'size'];
    expect(await searching()).toEqual(expect.arrayContaining(shed));
    for (const key of [completed, cancelled])
      expect((await domain.redis.hkeys(key)).filter((field) => shed.includes(field))).toEqual([]);
  });

  test('it is packed: for a day or more such tickets are most of what the store holds', async () => {
    const keys = await ended();

    for (const key of keys) expect(await domain.redis.object('ENCODING', key)).toBe('listpack');
  });

  test('its job changes nothing, and is told what it is', async () => {
    await ended();

    expect(await domain.pool.reservations(['a', 'c', 'ghost'])).toMatchObject([
      { status: 'COMPLETED' },
      { status: 'CANCELLED' },
      undefined,
    ]);
    expect([await domain.enter('a'), await domain.enter('c')]).toEqual(['COMPLETED', 'CANCELLED']);
  });
});
