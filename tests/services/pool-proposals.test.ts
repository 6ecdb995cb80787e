import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { storedEvents } from '../../jobs/event/event.ts';
import { aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const answerMs = 30_000;
const propose = async (...ticketIds: string[]) =>
  domain.pool.matches.commit('duel', [await domain.commitOf('m', ...ticketIds)], answerMs);
const answer = (
  acceptance: 'ACCEPT' | 'REJECT',
  ticketId: string,
  matchId = 'm',
  ...playerIds: readonly string[]
) => domain.pool.tickets.accept({ ticketId, matchId, acceptance, playerIds: [...playerIds] });
const accept = (ticketId: string, matchId = 'm') => answer('ACCEPT', ticketId, matchId, ticketId);
const reject = (ticketId: string) => answer('REJECT', ticketId, 'm', ticketId);
const statuses = async (...ticketIds: string[]) =>
  Object.fromEntries((await domain.tickets.describe(ticketIds)).map((it) => [it.ticketId, it.status]));
/** Ends the time to answer without waiting for it. */
const letTimePass = async () => {
  await domain.redis.zadd(domain.key('proposals'), 1, 'm');
  return domain.pool.matches.beat();
};
const detailOf = async (type: string) => {
  const entries = await domain.redis.xrange(domain.key('events'), '-', '+');
  return entries
    .flatMap(storedEvents)
    .filter((event) => event.type === type)
    .map(({ detail }) => detail);
};

describe('a proposal', () => {
  test('takes its tickets out of the pool and asks, but decides nothing yet', async () => {
    await domain.search('a', 'b', 'c');

    expect(await propose('a', 'b')).toMatchObject({ verdicts: ['committed'] });

    expect(await statuses('a', 'b', 'c')).toEqual({
      a: 'REQUIRES_ACCEPTANCE',
      b: 'REQUIRES_ACCEPTANCE',
      c: 'SEARCHING',
    });
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['c']);
    expect(await domain.redis.hlen(domain.key('outbox'))).toBe(0);
    expect(await detailOf('PotentialMatchCreated')).toMatchObject([
      {
        acceptanceRequired: true,
        acceptanceTimeout: 30,
        ruleEvaluationMetrics: [{ ruleName: 'Close', passedCount: 1, failedCount: 0 }],
      },
    ]);
  });

  test('is decided by the last acceptance, once', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');

    expect(await accept('a')).toEqual({ outcome: 'recorded' });
    expect(await accept('b')).toEqual({ outcome: 'decided', pool: 'duel' });

    expect(await statuses('a', 'b')).toEqual({ a: 'PLACING', b: 'PLACING' });
    expect(await domain.redis.hkeys(domain.key('outbox'))).toEqual(['m']);
    expect(await accept('b')).toEqual({ outcome: 'recorded' });
    expect((await detailOf('AcceptMatchCompleted')).map((it) => it['acceptance'])).toEqual(['Accepted']);
  });

  test('is decided by the last acceptance even where the store has lost one of its tickets', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');
    await domain.redis.del(domain.key('ticket:a'));

    expect(await accept('b')).toMatchObject({ outcome: 'decided' });

    expect(await statuses('b')).toEqual({ b: 'PLACING' });
    expect(await domain.redis.hkeys(domain.key('outbox'))).toEqual(['m']);
  });

  test('shows in its events who has answered so far and how', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');

    const [event] = await detailOf('AcceptMatch');
    expect(event).toMatchObject({
      matchId: 'm',
      tickets: [
        { ticketId: 'a', players: [{ playerId: 'a', team: 'side_1', accepted: true }] },
        { ticketId: 'b', players: [{ playerId: 'b', team: 'side_2' }] },
      ],
    });
    expect(event?.tickets[1]?.players[0]).not.toHaveProperty('accepted');
  });

  test('needs every player of a party', async () => {
    await domain.start(aTicket('party', ['p', 'q']), aTicket('x'));
    await propose('party', 'x');
    await accept('x');

    expect(await answer('ACCEPT', 'party', 'm', 'p')).toEqual({ outcome: 'recorded' });
    expect(await answer('ACCEPT', 'party', 'm', 'q')).toMatchObject({ outcome: 'decided' });
  });
});

describe('an answer', () => {
  test.each([
    ['of a ticket that does not exist', 'ghost', 'm', { outcome: 'missing' }],
    ['to another proposal', 'a', 'older', { outcome: 'not-proposed', detail: 'other-match' }],
    ['of a ticket that is searching', 'c', 'm', { outcome: 'not-proposed', detail: 'SEARCHING' }],
  ])('%s changes nothing', async (_what, ticketId, matchId, outcome) => {
    await domain.search('a', 'b', 'c');
    await propose('a', 'b');

    expect(await accept(ticketId, matchId)).toEqual(outcome);
    expect(await statuses('a', 'b')).toEqual({ a: 'REQUIRES_ACCEPTANCE', b: 'REQUIRES_ACCEPTANCE' });
  });

  test('of somebody else changes nothing', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');

    expect(await answer('ACCEPT', 'a', 'm', 'b')).toEqual({ outcome: 'stranger', detail: 'b' });
  });

  test('stands: accepting first and rejecting later leaves the acceptance', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');

    expect(await reject('a')).toEqual({ outcome: 'recorded' });
    expect(await statuses('a')).toEqual({ a: 'REQUIRES_ACCEPTANCE' });
  });
});

describe('a proposal that fails', () => {
  test('by an answer after its time, whatever that says, ends as by silence', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');
    await domain.redis.zadd(domain.key('proposals'), 1, 'm');

    expect(await accept('b')).toEqual({ outcome: 'late', pool: 'duel' });

    expect(await statuses('a', 'b')).toEqual({ a: 'SEARCHING', b: 'CANCELLED' });
    expect((await detailOf('AcceptMatchCompleted')).map((it) => it['acceptance'])).toEqual(['TimedOut']);
    expect(await domain.redis.hlen(domain.key('outbox'))).toBe(0);
  });

  test('by a rejection ends at once: who accepted searches again with their age, who rejected is cancelled', async () => {
    const before = await domain.search('a', 'b', 'c');
    await propose('a', 'b');
    await accept('a');

    expect(await reject('b')).toEqual({ outcome: 'rejected', pool: 'duel' });
    // Its answer, should a connection that lost the reply send it again.
    expect(await reject('b')).toEqual({ outcome: 'recorded' });

    expect(await statuses('a', 'b')).toEqual({ a: 'SEARCHING', b: 'CANCELLED' });
    const [again] = (await domain.inPool()).filter((it) => it.ticketId === 'a');
    const [first] = before.filter((it) => it.ticketId === 'a');
    expect(again).toMatchObject({
      sequence: first?.sequence,
      startTime: first?.startTime,
      deadline: first?.deadline,
      players: first?.players,
    });
    expect(again?.revision).not.toBe(first?.revision);
    expect((await detailOf('AcceptMatchCompleted')).map((it) => it['acceptance'])).toEqual(['Rejected']);
  });

  test('by silence ends with its time: who accepted searches again, who stayed silent is cancelled', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');

    const { pools } = await letTimePass();

    expect(pools).toEqual(['duel']);
    expect(await statuses('a', 'b')).toEqual({ a: 'SEARCHING', b: 'CANCELLED' });
    expect((await detailOf('AcceptMatchCompleted')).map((it) => it['acceptance'])).toEqual(['TimedOut']);
    expect((await domain.tickets.describe(['a']))[0]?.matchId).toBeUndefined();
  });

  test('after the ticket would have timed out ends it TIMED_OUT, not cancelled', async () => {
    await domain.start({ ...aTicket('a'), timeoutMs: 1 }, aTicket('b'));
    await propose('a', 'b');
    await accept('a');
    await letTimePass();

    expect(await statuses('a')).toEqual({ a: 'TIMED_OUT' });
  });

  test('can be proposed again with other tickets, and old answers do not count', async () => {
    await domain.search('a', 'b', 'c');
    await propose('a', 'b');
    await accept('a');
    await reject('b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m2', 'a', 'c')], answerMs);

    expect(await accept('a', 'm')).toEqual({ outcome: 'not-proposed', detail: 'other-match' });
    expect(await accept('c', 'm2')).toEqual({ outcome: 'recorded' });
    expect(await accept('a', 'm2')).toMatchObject({ outcome: 'decided' });
  });
});

describe('stop and supersede win up to commit', () => {
  test('a stop during acceptance cancels the ticket and lets the others search again', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');

    expect(await domain.pool.tickets.stop('a')).toEqual({ status: 'CANCELLED', pool: 'duel' });
    expect(await statuses('a', 'b')).toEqual({ a: 'CANCELLED', b: 'SEARCHING' });
    expect((await domain.events()).slice(3)).toEqual([
      'AcceptMatchCompleted',
      'MatchmakingSearching',
      'MatchmakingCancelled',
    ]);
    expect(await accept('b')).toEqual({ outcome: 'not-proposed', detail: 'SEARCHING' });
  });

  test('a newer ticket of a player during acceptance does the same', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');

    expect(await domain.start(aTicket('a2', ['a']))).toMatchObject([{ kind: 'searching' }]);
    expect(await statuses('a', 'b', 'a2')).toEqual({ a: 'CANCELLED', b: 'SEARCHING', a2: 'SEARCHING' });
  });

  test('after everybody accepted a stop is too late', async () => {
    await domain.search('a', 'b');
    await propose('a', 'b');
    await accept('a');
    await accept('b');

    expect(await domain.pool.tickets.stop('a')).toEqual({ status: 'PLACING', pool: undefined });
  });
});
