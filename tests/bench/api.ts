import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { startStack } from '../../infra/local/stack.ts';
import { openClient } from '../../producers/client.ts';
import { makeKey, startApi } from '../support/api-process.ts';
import { clear } from '../support/domain.ts';
import { keysSecret } from '../support/operator.ts';
import { startWorker } from '../support/worker-processes.ts';
import type { Done, Work } from './api-generator.ts';
import { type Way, ways } from './api-requests.ts';
import { usageOf } from './fleet-costs.ts';
import { duelRules } from './fleet-under-test.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { wholeNumber } from './whole-number.ts';

export const usage = `StartMatchmaking through each face of the HTTP API beside the client library, in turn: tickets a second with as many calls
under way on every side, then the latency at a fixed rate. The calls come from a process of its own, on connections that it keeps, as
requests signed beforehand. No worker searches.

  npm run bench -- api [--tickets N] [--at-once N] [--rounds N] [--per-second N] [--seconds N] [--json]

  --tickets N      tickets in a measurement (default 10000)
  --at-once N      calls under way at any time (default 64)
  --rounds N       each measures all ways, in turning order; medians count (default 5)
  --per-second N   tickets a second where latency is measured (default 1000)
  --seconds N      for so long (default 10)`;

interface Measured {
  readonly ticketsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** µs of a core for each ticket. */
  readonly apiCpu: number;
  readonly generatorCpu: number;
}

const generatorMain = fileURLToPath(new URL('api-generator.ts', import.meta.url));

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tickets: { type: 'string', default: '10000' },
      'at-once': { type: 'string', default: '64' },
      rounds: { type: 'string', default: '5' },
      'per-second': { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const tickets = wholeNumber('--tickets', values.tickets);
  const atOnce = wholeNumber('--at-once', values['at-once']);
  const perSecond = wholeNumber('--per-second', values['per-second']);
  const paced = { tickets: perSecond * wholeNumber('--seconds', values.seconds), perSecond };
  const rounds = wholeNumber('--rounds', values.rounds);
  await using bench = await openBench();
  for (const way of ways) await bench.measure(way, { tickets: Math.ceil(tickets / 5), atOnce });
  const inTurn = async (what: string, work: Pick<Work, 'tickets' | 'perSecond'>) => {
    const found = new Map<Way, Measured[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < ways.length; turn++) {
        const way = ways[(round + turn) % ways.length] ?? 'library';
        const measured = await bench.measure(way, { ...work, atOnce });
        found.get(way)?.push(measured);
        process.stderr.write(`${what}, round ${round + 1}, ${way}: ${JSON.stringify(measured)}\n`);
      }
    return (way: Way, of: keyof Measured) => median((found.get(way) ?? []).map((it) => it[of]));
  };
  const fast = await inTurn('as fast as answered', { tickets });
  const steady = await inTurn(`${perSecond} a second`, paced);
  const report = ways.map((way) => ({
    way,
    ticketsPerSecond: fast(way, 'ticketsPerSecond'),
    ofLibrary: Number((fast(way, 'ticketsPerSecond') / fast('library', 'ticketsPerSecond')).toFixed(2)),
    p50: fast(way, 'p50'),
    p99: fast(way, 'p99'),
    apiCpu: fast(way, 'apiCpu'),
    generatorCpu: fast(way, 'generatorCpu'),
    steadyP50: steady(way, 'p50'),
    steadyP99: steady(way, 'p99'),
    steadyP99AboveLibrary: Number((steady(way, 'p99') - steady('library', 'p99')).toFixed(2)),
  }));
  const settings = { tickets, atOnce, rounds, perSecond };
  const targets = { ofLibrary: { REST: 0.5, JSON: 0.5 }, steadyP99AboveLibrary: 50 };
  if (values.json) console.log(JSON.stringify({ machine: machine(), ...settings, targets, report }));
  else {
    console.log(`${JSON.stringify(settings)}; latencies in ms, CPU in µs a ticket; ${machine()}`);
    console.table(report);
    console.log(`targets: ${JSON.stringify(targets)}`);
  }
}

async function openBench() {
  const opened = new AsyncDisposableStack();
  const stack = opened.use(
    await startStack({ env: process.env, parts: ['queueRedis', 'cacheRedis', 'documentdb'] }),
  );
  const redisUrl = stack.env['QUEUE_REDIS_URL'] ?? '';
  const domain = `bench-${randomBytes(4).toString('hex')}`;
  const redis = opened.adopt(new Redis(redisUrl), (it) => it.disconnect());
  opened.defer(() => clear(redis, domain));
  const env = {
    ...stack.env,
    PATH: process.env['PATH'],
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: domain.replace('-', '_'),
    LOG_LEVEL: 'error',
    API_KEYS_SECRET: keysSecret,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_XRAY_DAEMON_ADDRESS: undefined,
  };
  // It serves settings and keys. A worker that searched would take cores from what is measured.
  opened.use(await startWorker({ ...env, QUEUES: 'maintenance' }));
  const client = opened.use(
    await openClient({ redisUrl, domain, operatorKey: stack.env['OPERATOR_KEY'] ?? '' }),
  );
  await client.putRuleSet({ name: 'duel', body: JSON.stringify(duelRules) });
  await client.putConfiguration({ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 3_600 });
  const key = await makeKey(client, 'bench', ['matchmake']);
  const api = opened.use(await startApi({ ...env, OPERATOR_KEY: undefined, REQUESTS_PER_KEY: '1000000' }));
  // An API that is asked to end writes its profile, where one was asked for.
  opened.defer(async () => {
    api.send('SIGTERM');
    await api.ended;
  });
  const generator = fork(generatorMain, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  opened.defer(() => void generator.disconnect());
  const failed = once(generator, 'exit').then(() => Promise.reject(new Error('the generator failed')));
  failed.catch(() => undefined);
  let measurements = 0;

  return {
    async measure(way: Way, work: Pick<Work, 'tickets' | 'perSecond' | 'atOnce'>): Promise<Measured> {
      const before = usageOf([api.pid]).cpuSeconds;
      const name = `t${measurements++}`;
      const access = { port: api.port, key: { name: key.name, secret: key.secret }, redisUrl, domain };
      generator.send({ ...work, ...access, way, name } satisfies Work);
      const [done] = (await Promise.race([once(generator, 'message'), failed])) as [Done];
      const perTicket = (seconds: number) => Math.round((seconds * 1_000_000) / work.tickets);
      return {
        ticketsPerSecond: Math.round(work.tickets / done.seconds),
        p50: Number(done.p50.toFixed(2)),
        p99: Number(done.p99.toFixed(2)),
        apiCpu: perTicket(usageOf([api.pid]).cpuSeconds - before),
        generatorCpu: perTicket(done.cpuSeconds),
      };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
