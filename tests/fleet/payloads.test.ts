import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type QueueName, queueNames } from '../../jobs/contract.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';
import { openOffice } from '../support/office.ts';
import { keysSecret } from '../support/operator.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';

/** One fleet with one worker for all tests: it has to live through every one of them. */
let fleet: Fleet;
let worker: WorkerProcess;
beforeAll(async () => {
  fleet = await openFleet();
  worker = await fleet.startWorker({ LOG_LEVEL: 'error', API_KEYS_SECRET: keysSecret });
  await fleet.install('duel', duelRuleSet);
});
afterAll(() => fleet[Symbol.asyncDispose]());

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });

/** The envelope a producer would send, or anything else in its place. */
const envelope = (kind: unknown, items: unknown, more: object = {}) => ({
  kind,
  items,
  actor: { kind: 'service', name: 'test' },
  sentAt: 0,
  ...more,
});

/** As JSON text has it: `__proto__` is a key like any other there. */
const json = (text: string): unknown => JSON.parse(text);

async function ended(job: Job): Promise<{ state: string; reason: string }> {
  return eventually(async () => {
    const found = await fleet.queues[job.queueName as QueueName].getJob(job.id ?? '');
    expect(found?.finishedOn).toBeTruthy();
    return { state: (await found?.getState()) ?? '', reason: found?.failedReason ?? '' };
  });
}

const put = (queue: QueueName, data: unknown, options = {}) =>
  fleet.queues[queue].add('anything', data, { attempts: 5, ...options });

let count = 0;
const unique = (name: string) => fleet.own(`${name}-${++count}`);

/** Of every queue an item that is done, and what shows that it was. */
const good: Record<
  QueueName,
  { kind: string; make: () => Promise<{ item: unknown; effect: () => Promise<void> }> }
> = {
  'session-creation': {
    kind: 'create-session',
    async make() {
      const [sessionId, playerId] = [unique('session'), unique('player')];
      return {
        item: { sessionId, playerId, requestedAt: 0 },
        effect: async () =>
          expect(await fleet.client.readRecord('sessions', sessionId)).toMatchObject([
            { player_id: playerId },
          ]),
      };
    },
  },
  matchmaking: {
    kind: 'start-matchmaking',
    async make() {
      const ticketId = unique('ticket');
      return {
        item: { ...soloist('duel', unique('player'), 1_000 * ++count), ticketId },
        effect: async () => expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'SEARCHING' }),
      };
    },
  },
  'rating-update': {
    kind: 'update-ratings',
    async make() {
      const [matchId, a, b] = [unique('match'), unique('player'), unique('player')];
      const match = {
        matchId,
        configuration: 'duel',
        ladder: 'default',
        ruleSet: { name: 'duel', version: 1 },
        now: 1,
        asOf: 1,
        seed: 1,
        tickets: [a, b].map((id) => ({
          ticketId: id,
          startTime: 1,
          age: 0,
          sequence: 1,
          players: [{ playerId: id, attributes: {} }],
        })),
        teams: [
          { name: 'one', playerIds: [a] },
          { name: 'two', playerIds: [b] },
        ],
      };
      await fleet.stores.matches.create([{ match, status: 'COMPLETED' }], new Date());
      return {
        item: { matchId, teams: ['one', 'two'].map((name, index) => ({ name, rank: index + 1 })) },
        effect: () =>
          vi.waitFor(
            async () => expect(await fleet.client.readRecord('rating_changes', matchId)).toHaveLength(1),
            { timeout: 30_000, interval: 50 },
          ),
      };
    },
  },
  maintenance: {
    kind: 'apply-commands',
    async make() {
      const name = unique('rules');
      await openOffice(fleet).append('put-rule-set', { name, body: duelRuleSet });
      return {
        item: {},
        effect: async () => expect(await fleet.client.readRecord('rule_sets', name)).toHaveLength(1),
      };
    },
  },
};

/** The worker lives and serves the next good job of the queue. */
async function expectService(queue: QueueName) {
  const { kind, make } = good[queue];
  const { item, effect } = await make();
  expect(await ended(await put(queue, envelope(kind, [item])))).toMatchObject({ state: 'completed' });
  await effect();
}

const deep = (levels: number): unknown => json('['.repeat(levels) + ']'.repeat(levels));
const special = '%d%s{}[]*+?^$|().\\"\'\n\t;--\u0000\u2028 $where ../🎲';

describe.each(queueNames)('on the queue %s', (queue) => {
  const { kind } = good[queue];

  test.each([
    ['null', null, /must be an object/],
    ['text', 'start everything', /must be an object/],
    ['a list', [1, 2], /must be an object/],
    ['nothing', {}, /kind: .*; items: /],
    ['kind an object', envelope({ kind }, [{}]), /^kind: /],
    ['kind __proto__', envelope('__proto__', [{}]), /kind: __proto__ is no work of queue/],
    ['kind constructor', envelope('constructor', [{}]), /kind: constructor is no work of queue/],
    [
      "another queue's kind",
      envelope(queue === 'matchmaking' ? 'sweep' : 'form-matches', [{}]),
      /is no work of queue/,
    ],
    ['no items', envelope(kind, []), /^items: /],
    ['items an object', envelope(kind, { length: 1, 0: {} }), /^items: /],
    ['a thousand items', envelope(kind, Array(1_000).fill({})), /1000 items, at most/],
    ['an unknown field', envelope(kind, [{}], { admin: true }), /admin/],
    ['an actor of its own making', envelope(kind, [{}], { actor: { kind: 'root' } }), /^actor/],
    [
      'an actor that inherits',
      envelope(kind, [{}], { actor: json('{"__proto__":{"kind":"service","name":"x"}}') }),
      /^actor/,
    ],
    ['a trace of 1 MB', envelope(kind, [{}], { trace: 'x'.repeat(1_000_000) }), /^trace: /],
    ['an item of null', envelope(kind, [null]), /^items\[0\]/],
    ['an item of 1 MB', envelope(kind, ['x'.repeat(1_000_000)]), /^items\[0\]/],
    [
      'an item with a field of 1 MB',
      envelope(kind, [{ ticketId: 'x'.repeat(1_000_000), matchId: 7 }]),
      /^items\[0\]/,
    ],
    [
      'an item that only inherits its fields',
      envelope(kind, [json('{"__proto__":{"ticketId":"t"}}')]),
      /^items\[0\]/,
    ],
  ])(
    '%s is refused at once and kept with a reason that names the field (DESIGN 13)',
    async (_what, data, reason) => {
      const job = await put(queue, data);

      expect(await ended(job)).toEqual({ state: 'failed', reason: expect.stringMatching(reason) });
      const kept = await fleet.queues[queue].getJob(job.id ?? '');
      expect(kept?.attemptsMade).toBe(1);
      expect(kept?.failedReason.length).toBeLessThan(5_000);
      await expectService(queue);
    },
  );
});

describe.each(queueNames.filter((name) => name !== 'maintenance'))(
  'inside a batch on the queue %s',
  (queue) => {
    const { kind, make } = good[queue];

    test.each([
      ['null', null],
      ['a string of 1 MB', 'x'.repeat(1_000_000)],
      ['an id of 1 MB', { ticketId: 'x'.repeat(1_000_000) }],
      ['an id with special characters', { ticketId: special, sessionId: special, matchId: 5 }],
      ['a prototype', json('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')],
      ['a nest 3,000 deep', deep(3_000)],
    ])(
      '%s is refused by itself, kept and named by its place; its neighbours are done (DESIGN 13)',
      async (_what, bad) => {
        const [first, last] = [await make(), await make()];
        const jobId = unique('job');

        const job = await put(queue, envelope(kind, [first.item, bad, last.item]), { jobId });

        expect(await ended(job)).toMatchObject({ state: 'completed' });
        await first.effect();
        await last.effect();
        const kept = await eventually(async () => {
          const found = await fleet.queues[queue].getJob(`${jobId}-item-1`);
          expect(found?.finishedOn).toBeTruthy();
          return found;
        });
        expect(kept?.failedReason).toMatch(/^items\[0\]/);
      },
    );
  },
);

/** Puts text where a job's JSON stands: what no producer in JavaScript could send. */
async function putText(queue: QueueName, text: string, options = {}): Promise<Job> {
  const job = await put(queue, {}, { ...options, delay: 3_600_000 });
  await fleet.redis.hset(fleet.queues[queue].toKey(job.id ?? ''), 'data', text);
  await job.promote();
  return job;
}

test.each(queueNames)(
  'on the queue %s an item nested 100,000 deep is refused and kept like any other (DESIGN 13)',
  async (queue) => {
    const around = JSON.stringify(envelope(good[queue].kind, ['item']));

    const job = await putText(queue, around.replace('"item"', '['.repeat(100_000) + ']'.repeat(100_000)));

    expect(await ended(job)).toEqual({ state: 'failed', reason: expect.stringMatching(/^items\[0\]/) });
    await expectService(queue);
  },
);

test('the worker that met all this is the one that was started', () => {
  expect(() => process.kill(worker.pid, 0)).not.toThrow();
  expect(worker.log()).toEqual([]);
});
