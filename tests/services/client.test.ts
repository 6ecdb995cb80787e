import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Envelope } from '../../jobs/contract.ts';
import { storedEvents } from '../../jobs/event/event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import { aConfiguration, aPlayer } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { callersTrace, duel, openClientDomain } from '../support/client-domain.ts';
import { queuesOf } from '../support/client-inside.ts';

let domain: Awaited<ReturnType<typeof openClientDomain>>['domain'];
let client: FleetClient;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
});

const waiting = async (queue: keyof ReturnType<typeof queuesOf>): Promise<Envelope[]> =>
  (await queuesOf(client)[queue].getJobs(['waiting', 'prioritized'], 0, -1, true)).map((job) => job.data);

describe('starting', () => {
  test('a started ticket searches when its call returns, and its pool is woken', async () => {
    const started = await client.startMatchmaking(duel('p', 'ticket-1'));

    expect(started).toMatchObject({ ticketId: 'ticket-1', status: 'SEARCHING' });
    expect(await client.describeMatchmaking(['ticket-1'])).toMatchObject([
      { status: 'SEARCHING', configuration: 'duel', players: [aPlayer('p')], startTime: started.startTime },
    ]);
    expect((await domain.pool.mirror.readPool('duel', 0, 10)).tickets).toMatchObject([
      { ticketId: 'ticket-1', trace: callersTrace },
    ]);
    expect(await waiting('matchmaking')).toMatchObject([{ kind: 'form-matches', items: [{ pool: 'duel' }] }]);
  });

  test('calls made together share few script calls, and one wake-up', async () => {
    await Promise.all(Array.from({ length: 150 }, (_, n) => client.startMatchmaking(duel(`p${n}`))));

    const { tickets } = await domain.pool.mirror.readPool('duel', 0, 200);
    expect(tickets).toHaveLength(150);
    // What one script call tells is one entry of the stream.
    expect(await domain.redis.xlen(domainKeys(domain.domain).events())).toBeLessThanOrEqual(15);
    expect(await waiting('matchmaking')).toHaveLength(1);
  });

  test('a start under a configuration that has changed reads it again, and starts by the new one', async () => {
    await client.startMatchmaking(duel('before'));
    const { configuration, ...rest } = aConfiguration(2);
    await domain.pool.settings.install({
      ...rest,
      configuration: { ...configuration, requestTimeoutSeconds: 7_000 },
    });

    expect(await client.startMatchmaking(duel('after', 'after'))).toMatchObject({ status: 'SEARCHING' });
    const deadlines = (await domain.pool.mirror.readPool('duel', 0, 10)).tickets.map(
      ({ deadline, startTime }) => deadline - startTime,
    );
    expect(deadlines).toEqual([60_000, 7_000_000]);
  });

  test("a session is asked for at the queue Redis' time, whatever the caller's clock says", async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    await client.createSession({ playerId: 'p' });
    vi.useRealTimers();

    const asked = (await waiting('session-creation')).flatMap((job) => job.items) as {
      requestedAt: number;
    }[];
    const now = await domain.pool.redisTime();
    const minutesOff = asked.map(({ requestedAt }) => Math.abs(requestedAt - now) / 60_000);
    expect(minutesOff).toEqual([expect.closeTo(0, 0)]);
  });

  test('no job carries more than 200 items, however many calls are made together', async () => {
    await client.createSessionAll(Array.from({ length: 450 }, (_, n) => ({ playerId: `p${n}` })));

    const sizes = (await waiting('session-creation')).map((job) => job.items.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(450);
  });

  test('of many tickets each succeeds or fails alone', async () => {
    const results = await client.startMatchmakingAll([
      duel('a'),
      { ...duel('b'), configuration: 'chess' },
      duel('c'),
    ]);

    expect(results.map((it) => it.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('many tickets of one call are started by one script, whose event says when, and in the order given', async () => {
    const ids = Array.from({ length: 150 }, (_, n) => `t${n}`);

    const results = await client.startMatchmakingAll(ids.map((id) => duel(id, id)));

    expect(results.map((it) => it.status === 'fulfilled' && it.value.ticketId)).toEqual(ids);
    const entries = await domain.redis.xrange(domainKeys(domain.domain).events(), '-', '+');
    expect(entries).toHaveLength(1);
    const [first] = entries.flatMap(storedEvents);
    expect(first?.detail.tickets).toEqual([
      { ticketId: 't0', startTime: first?.time, players: [{ playerId: 't0' }] },
    ]);
    expect(results[0]).toMatchObject({ value: { startTime: new Date(first?.time ?? 0).toISOString() } });
  });

  test('a call whose configuration has another version by now is checked by that one, and started', async () => {
    await client.startMatchmaking(duel('early'));
    await domain.pool.settings.install(aConfiguration(2));

    const results = await client.startMatchmakingAll([duel('a'), { ...duel('b'), players: [] }, duel('c')]);

    expect(results.map((it) => it.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('two calls with one ticket id made together: one starts, the other is refused', async () => {
    const results = await client.startMatchmakingAll([duel('a', 'same'), duel('b', 'same')]);

    expect(results.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('bad input names the field and the limit, and nothing is queued', () => {
  const many = Array.from({ length: 11 }, (_, n) => aPlayer(`p${n}`));
  const attributes = (value: unknown) => ({ ...duel('p'), players: [{ playerId: 'p', attributes: value }] });

  test.each([
    [
      'an unknown configuration',
      { ...duel('p'), configuration: 'chess' },
      'not-found',
      'configuration: chess does not exist',
    ],
    ['no players', { ...duel('p'), players: [] }, 'invalid-request', 'players: at least 1 player'],
    ['11 players', { ...duel('p'), players: many }, 'invalid-request', 'players: at most 10 players'],
    [
      'a player twice',
      { ...duel('p'), players: [aPlayer('p'), aPlayer('p')] },
      'invalid-request',
      'players[1].playerId: is in this ticket twice',
    ],
    [
      'a party no team fits',
      { ...duel('p'), players: [aPlayer('p'), aPlayer('q')] },
      'invalid-request',
      'players',
    ],
    [
      'a ticket id with a space',
      { ...duel('p'), ticketId: 'a b' },
      'invalid-request',
      'ticketId: only letters',
    ],
    [
      'a ticket id of 129 characters',
      { ...duel('p'), ticketId: 'x'.repeat(129) },
      'invalid-request',
      'ticketId',
    ],
    ['a field of no meaning', { ...duel('p'), colour: 'red' }, 'invalid-request', 'colour'],
    [
      'an attribute of the wrong type',
      attributes({ skill: { S: 'ten' } }),
      'invalid-request',
      'players[0].attributes.skill',
    ],
    [
      'an attribute of two types',
      attributes({ skill: { S: 'x', N: 1 } }),
      'invalid-request',
      'players[0].attributes.skill: exactly one of S',
    ],
    [
      '11 attributes',
      attributes(Object.fromEntries(many.map(({ playerId }) => [playerId, { N: 1 }]))),
      'invalid-request',
      'at most 10 attributes',
    ],
    [
      'a string of 101 characters',
      attributes({ skill: { S: 'x'.repeat(101) } }),
      'invalid-request',
      'players[0].attributes.skill',
    ],
    [
      'a latency of zero',
      { ...duel('p'), players: [{ ...aPlayer('p'), latencyInMs: { eu: 0 } }] },
      'invalid-request',
      'players[0].latencyInMs.eu',
    ],
    ['no object', null, 'invalid-request', 'must be an object'],
  ])('%s', async (_what, request, code, message) => {
    await expect(client.startMatchmaking(request as never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(await waiting('matchmaking')).toEqual([]);
  });

  test.each([
    ['a session without a player', () => client.createSession({} as never), 'playerId'],
    [
      'a session id with a slash',
      () => client.createSession({ playerId: 'p', sessionId: 'a/b' }),
      'sessionId: only letters',
    ],
    ['a result without teams', () => client.reportMatchResult({ matchId: 'm', teams: [] }), 'teams'],
    [
      'a result that mixes ranks and scores',
      () =>
        client.reportMatchResult({
          matchId: 'm',
          teams: [
            { name: 'a', rank: 1 },
            { name: 'b', score: 2 },
          ],
        }),
      'teams: mixes ranks and scores',
    ],
    [
      'a rank of zero',
      () => client.reportMatchResult({ matchId: 'm', teams: [{ name: 'a', rank: 0 }] }),
      'teams[0]',
    ],
    ['101 ticket ids', () => client.describeMatchmaking(Array(101).fill('t')), 'at most 100 ticket ids'],
    ['a rule set that is no JSON', () => client.putRuleSet({ name: 'r', body: '{' }), ''],
    [
      'a rule set of 65,536 characters',
      () => client.putRuleSet({ name: 'r', body: ' '.repeat(65_536) }),
      'body',
    ],
    [
      'a configuration that contradicts itself',
      () =>
        client.putConfiguration({
          name: 'c',
          ruleSetName: 'r',
          requestTimeoutSeconds: 10,
          minimumHoldSeconds: 10,
        }),
      'minimumHoldSeconds: must be below requestTimeoutSeconds (10)',
    ],
    [
      'a timeout beyond twelve hours',
      () => client.putConfiguration({ name: 'c', ruleSetName: 'r', requestTimeoutSeconds: 43_201 }),
      'requestTimeoutSeconds',
    ],
    [
      'a ladder with a dot',
      () => client.putConfiguration({ name: 'c', ruleSetName: 'r', requestTimeoutSeconds: 1, ladder: 'a.b' }),
      'ladder',
    ],
    ['a record of an unknown collection', () => client.readRecord('secrets' as never, 'x'), 'collection'],
  ])('%s', async (_what, call, message) => {
    await expect(call()).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining(message),
    });
    expect(
      await Promise.all([waiting('session-creation'), waiting('rating-update'), waiting('maintenance')]),
    ).toEqual([[], [], []]);
  });
});

describe('stopping', () => {
  test('an unknown ticket is refused by name', async () => {
    await expect(client.stopMatchmaking('ghost')).rejects.toMatchObject({
      code: 'not-found',
      message: 'ticketId: there is no ticket ghost',
    });
  });

  test('a ticket that has ended is refused as too late', async () => {
    await client.startMatchmaking(duel('p', 't'));
    await changeTicket(domain.redis, `{${domain.domain}.matchmaking}:ticket:t`, { deadline: 1 });
    await domain.pool.tickets.expire(['t']);

    await expect(client.stopMatchmaking('t')).rejects.toMatchObject({
      code: 'conflict',
      message: 'ticketId: t is TIMED_OUT; it is too late to stop it',
    });
  });

  test('a ticket that is stopped already is no error: its caller may have lost the answer', async () => {
    await client.startMatchmaking(duel('p', 't'));
    await client.stopMatchmaking('t');

    await client.stopMatchmaking('t');

    expect(await client.describeMatchmaking(['t'])).toMatchObject([{ status: 'CANCELLED' }]);
  });
});
