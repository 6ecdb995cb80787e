import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { jobOptions, seal } from '../../jobs/contract.ts';
import { createSession } from '../../jobs/session-creation/jobs.ts';
import type { FleetClient } from '../../producers/client.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { clear } from '../support/domain.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `What an upstream service gains by calls that share jobs: create-session calls made at once through the client, beside
the same sessions added one job each. No worker runs; both wait for what they added.

  npm run bench -- client [--calls N] [--at-once N] [--rounds N] [--json]

  --calls N     calls per measurement (default 20000)
  --at-once N   how many are on their way at any time (default 256)
  --rounds N    each measures both, the order turning; medians count (default 7)`;

interface Measured {
  readonly callsPerSecond: number;
  readonly jobs: number;
  /** Of the service's process and of Redis, µs per call. */
  readonly ownCpu: number;
  readonly redisCpu: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '20000' },
      'at-once': { type: 'string', default: '256' },
      rounds: { type: 'string', default: '7' },
      json: { type: 'boolean', default: false },
    },
  });
  const calls = wholeNumber('--calls', values.calls);
  const atOnce = wholeNumber('--at-once', values['at-once']);
  await using bench = await openBench();
  const ways = { shared: bench.shared, alone: bench.alone };
  const found: Record<keyof typeof ways, Measured[]> = { shared: [], alone: [] };
  for (const warmUp of Object.values(ways)) await bench.measure(warmUp, calls / 10, atOnce);
  for (let round = 0; round < wholeNumber('--rounds', values.rounds); round++)
    for (const way of round % 2 === 0 ? (['shared', 'alone'] as const) : (['alone', 'shared'] as const)) {
      found[way].push(await bench.measure(ways[way], calls, atOnce));
      process.stderr.write(`round ${round + 1}, ${way}: ${JSON.stringify(found[way].at(-1))}\n`);
    }

  const of = (way: keyof typeof ways, what: keyof Measured) => median(found[way].map((it) => it[what]));
  const gain = (what: keyof Measured) => Number((of('alone', what) / of('shared', what)).toFixed(2));
  const report = {
    machine: machine(),
    calls,
    atOnce,
    callsPerSecond: { shared: of('shared', 'callsPerSecond'), alone: of('alone', 'callsPerSecond') },
    jobs: { shared: of('shared', 'jobs'), alone: of('alone', 'jobs') },
    /** How many times less a call takes when it shares. */
    gain: {
      time: Number((1 / gain('callsPerSecond')).toFixed(2)),
      ownCpu: gain('ownCpu'),
      redisCpu: gain('redisCpu'),
    },
  };
  if (values.json) console.log(JSON.stringify(report));
  else console.dir(report, { depth: 3 });
}

async function openBench() {
  const opened = new AsyncDisposableStack();
  const stack = opened.use(await startStack({ env: process.env, parts: ['queueRedis'] }));
  const redisUrl = stack.env['QUEUE_REDIS_URL'] ?? '';
  const domain = `bench-${randomBytes(4).toString('hex')}`;
  const redis = opened.adopt(
    openRedis(redisUrl, () => undefined),
    (it) => it.disconnect(),
  );
  opened.defer(() => clear(redis, domain));
  const client = opened.use(await openClient({ redisUrl, domain }));
  const queue = queuesOf(client)[createSession.queue];

  const redisCpu = async () => {
    const info = await redis.info('cpu');
    return ['used_cpu_user', 'used_cpu_sys'].reduce(
      (sum, name) => sum + Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0),
      0,
    );
  };

  return {
    shared: (playerId: string) => client.createSession({ playerId }),
    alone: (playerId: string) => addAlone(client, playerId),

    /** So many calls, as many at once as is said. */
    async measure(
      call: (playerId: string) => Promise<unknown>,
      calls: number,
      atOnce: number,
    ): Promise<Measured> {
      const before = { time: performance.now(), own: process.cpuUsage(), redis: await redisCpu() };
      let next = 0;
      const caller = async () => {
        while (next < calls) await call(`player-${next++}`);
      };
      await Promise.all(Array.from({ length: atOnce }, caller));
      const seconds = (performance.now() - before.time) / 1_000;
      const own = process.cpuUsage(before.own);
      const cpu = (await redisCpu()) - before.redis;
      const jobs = await queue.getWaitingCount();
      await queue.obliterate();
      return {
        callsPerSecond: Math.round(calls / seconds),
        jobs,
        ownCpu: Math.round((own.user + own.system) / calls),
        redisCpu: Math.round((cpu * 1_000_000) / calls),
      };
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What a call would do if it shared with no other: a job of its own, on the same queue and connection. */
function addAlone(client: FleetClient, playerId: string): Promise<unknown> {
  const item = createSession.item.parse({ playerId, sessionId: randomUUID(), requestedAt: Date.now() });
  const envelope = seal(createSession, [item], {
    actor: { kind: 'service', name: 'bench' },
    sentAt: Date.now(),
  });
  return queuesOf(client)[createSession.queue].add(createSession.kind, envelope, jobOptions(createSession));
}
