import { beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import type { AcceptMatch } from '../../jobs/matchmaking/jobs.ts';
import type { FleetClient } from '../../producers/client.ts';
import { acceptProposals } from '../../workers/matchmaking/accept-match.ts';
import { aTicket } from '../support/builders.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { perform } from '../support/fleet-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
let client: FleetClient;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  client = await openClient({ redisUrl: inject('stackEnv')['QUEUE_REDIS_URL'] ?? '', domain: domain.domain });
  onTestFinished(() => client[Symbol.asyncDispose]());
  await domain.start(aTicket('a', ['p', 'q']), aTicket('b'), aTicket('c'));
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')], 30_000);
});

const accept: AcceptMatch = { ticketId: 'a', matchId: 'm', playerIds: ['p'], acceptance: 'ACCEPT' };
const asPlayer = (playerId: string) => ({ actor: { kind: 'player', playerId } }) as const;

/** How often pools have been woken, and which. */
const woken = async () =>
  (await queuesOf(client).matchmaking.getWaiting()).flatMap((job) => job.data.items as { pool: string }[]);

test('an answer to the proposal a ticket is in counts when its call returns; the last one wakes the pool', async () => {
  const answersOf = async () =>
    Object.entries(await domain.redis.hgetall(domain.key('proposal:m'))).filter(([field]) =>
      field.startsWith('answer:'),
    );
  await client.acceptMatch(accept);
  expect(await answersOf()).toEqual([['answer:p', 'ACCEPT']]);
  await client.acceptMatch({ ...accept, playerIds: ['q'] }, asPlayer('q'));
  expect(await woken()).toEqual([]);
  await client.acceptMatch({ ...accept, ticketId: 'b', playerIds: ['b'] });

  expect(await domain.statusOf('a')).toBe('PLACING');
  expect(await woken()).toEqual([{ pool: 'duel' }]);
});

test('a rejection ends the proposal when its call returns, and wakes the pool', async () => {
  await client.acceptMatch({ ...accept, acceptance: 'REJECT' });

  expect([await domain.statusOf('a'), await domain.statusOf('b')]).toEqual(['CANCELLED', 'SEARCHING']);
  expect(await woken()).toEqual([{ pool: 'duel' }]);
});

test('an answer that comes after its time is refused by name, for it counts as none', async () => {
  await domain.redis.zadd(domain.key('proposals'), 1, 'm');

  await expect(client.acceptMatch(accept)).rejects.toMatchObject({
    code: 'conflict',
    message: 'matchId: the time to accept m is over',
  });
});

test.each([
  ['an unknown ticket', { ...accept, ticketId: 'ghost' }, {}, 'not-found', 'no ticket ghost'],
  ['another proposal', { ...accept, matchId: 'older' }, {}, 'conflict', 'has no proposal older'],
  [
    'a ticket that is searching',
    { ...accept, ticketId: 'c', playerIds: ['c'] },
    {},
    'conflict',
    'is SEARCHING',
  ],
  ['a stranger', { ...accept, playerIds: ['b'] }, {}, 'invalid-request', 'b is not in ticket a'],
  ['nobody', { ...accept, playerIds: [] }, {}, 'invalid-request', 'playerIds'],
  ['a word of no meaning', { ...accept, acceptance: 'MAYBE' as never }, {}, 'invalid-request', 'acceptance'],
  [
    'one player for another',
    { ...accept, playerIds: ['q'] },
    asPlayer('p'),
    'not-allowed',
    'only for themselves',
  ],
  [
    "a player to somebody else's ticket",
    { ...accept, playerIds: ['b'] },
    asPlayer('b'),
    'not-found',
    'no ticket a',
  ],
])('an answer for %s is refused by name', async (_what, request, options, code, message) => {
  await expect(client.acceptMatch(request, options)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test('a worker that answers for somebody without a client checks who answers, and wakes the pool of a proposal that is over', async () => {
  const woken: string[] = [];
  const handle = acceptProposals({
    pool: domain.pool,
    wake: async (pool) => void woken.push(pool),
  });
  const answer = (ticketId: string, ...playerIds: string[]): AcceptMatch => ({
    ticketId,
    matchId: 'm',
    playerIds,
    acceptance: 'ACCEPT',
  });

  expect(await perform(handle, [answer('a', 'p')], { kind: 'player', playerId: 'q' })).toMatchObject({
    refusals: [{ index: 0 }],
  });
  expect(await perform(handle, [answer('a', 'stranger')])).toMatchObject({
    refusals: [{ reason: expect.stringContaining('stranger') }],
  });
  await perform(handle, [answer('a', 'p', 'q'), answer('b', 'b')]);
  expect(woken).toEqual(['duel']);
  expect(await perform(handle, [answer('b', 'b')])).toMatchObject({
    kind: 'done',
    results: [{ ticketId: 'b', outcome: 'recorded' }],
    refusals: [],
  });

  await domain.search('d');
  await domain.pool.matches.commit('duel', [await domain.commitOf('n', 'c', 'd')], 30_000);
  await perform(handle, [{ ticketId: 'c', matchId: 'n', playerIds: ['c'], acceptance: 'REJECT' }]);
  expect(woken).toEqual(['duel', 'duel']);
});
