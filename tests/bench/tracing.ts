import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { queues as queueSettings } from '../../jobs/catalogue.ts';
import { seal } from '../../jobs/contract.ts';
import { createSession } from '../../jobs/session-creation/jobs.ts';
import { formatTraceHeader, newTraceId } from '../../jobs/trace-header.ts';
import { openCacheRedis, openRedis } from '../../workers/process/redis.ts';
import { openStores } from '../../workers/process/stores.ts';
import { openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import { fleet, openQueues } from '../../workers/runtime/enqueue.ts';
import { duty } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { createLog } from '../../workers/telemetry/log.ts';
import { connectCollector } from '../../workers/telemetry/otlp-collector.ts';
import { noTracer, type Tracer } from '../../workers/telemetry/tracer.ts';
import { createSegmentTracer, createXrayTracer } from '../../workers/telemetry/xray-tracer.ts';
import { clear } from '../support/domain.ts';
import { median, medianWithin } from './median.ts';

export const usage = `What tracing costs create-session jobs, one session each: a worker in this process, whose tracer is off, on with no
trace sampled, and on with all of them sampled, by X-Ray's daemon and by an OpenTelemetry collector, in turn.

  npm run bench -- tracing [--jobs N] [--rounds N] [--json]

  --jobs N     jobs per measurement (default 1500)
  --rounds N   each measures all four, in turning order; the medians of their ratios count (default 41)

What is printed is by how much longer jobs take by the clock, and of this process's CPU alone, without the stores', which
no round trip hides; \`within\` has the median with 95 % certainty.`;

/** `otlp`: all sampled, and sent to a collector. */
const modes = ['off', 'unsampled', 'sampled', 'otlp'] as const;
type Mode = (typeof modes)[number];

/** Per job: µs by the clock and of CPU. */
interface Cost {
  readonly clock: number;
  readonly cpu: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: '1500' },
      rounds: { type: 'string', default: '41' },
      json: { type: 'boolean', default: false },
    },
  });
  const [jobs, rounds] = [Number(values.jobs), Number(values.rounds)];
  await using bench = await openBench();
  for (const mode of modes) await bench.measure(mode, jobs);
  const measured: Record<Mode, Cost>[] = [];
  for (let round = 0; round < rounds; round++) {
    const costs: Partial<Record<Mode, Cost>> = {};
    for (let turn = 0; turn < modes.length; turn++) {
      const mode = modes[(round + turn) % modes.length] ?? 'off';
      costs[mode] = await bench.measure(mode, jobs);
    }
    measured.push(costs as Record<Mode, Cost>);
    process.stderr.write(`round ${round + 1}: ${JSON.stringify(costs)}\n`);
  }
  const overhead = (mode: Mode, of: keyof Cost) => {
    const ratios = measured.map((it) => it[mode][of] / it.off[of] - 1);
    const [least, most] = medianWithin(ratios);
    return { median: share(median(ratios)), within: [share(least), share(most)] };
  };
  const report = {
    overhead: {
      unsampled: { clock: overhead('unsampled', 'clock'), cpu: overhead('unsampled', 'cpu') },
      sampled: { clock: overhead('sampled', 'clock'), cpu: overhead('sampled', 'cpu') },
      otlp: { clock: overhead('otlp', 'clock'), cpu: overhead('otlp', 'cpu') },
    },
    microsecondsPerJob: Object.fromEntries(
      modes.map((mode) => [mode, Math.round(median(measured.map((it) => it[mode].clock)))]),
    ),
    targets: { unsampled: 0.02, sampled: 0.1, otlp: 0.1 },
  };
  if (values.json) console.log(JSON.stringify(report));
  else console.dir(report, { depth: 4 });
}

const share = (value: number): number => Number(value.toFixed(3));

/** A worker on a domain and a database of its own, and the daemon its segments go to. */
async function openBench() {
  const opened = new AsyncDisposableStack();
  const stack = opened.use(
    await startStack({ env: process.env, parts: ['queueRedis', 'cacheRedis', 'documentdb'] }),
  );
  const onProblem = (message: string) => void process.stderr.write(`${message}\n`);
  const address = `127.0.0.1:${await startSink(opened, daemon)}`;
  const xray = await createXrayTracer({ address, onProblem });
  const url = `http://127.0.0.1:${await startSink(opened, collector)}/v1/traces`;
  const otlp = createSegmentTracer(opened.use(await connectCollector({ url, onProblem })).send, 0.05);
  let current: Tracer = noTracer;
  const tracer = switched(() => current);

  const fail = (error: unknown): never => {
    throw error;
  };
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const redis = opened.adopt(openRedis(stack.env['QUEUE_REDIS_URL'] ?? '', fail), (it) => it.disconnect());
  const cache = opened.adopt(openCacheRedis(stack.env['CACHE_REDIS_URL'] ?? '', fail), (it) =>
    it.disconnect(),
  );
  opened.defer(() => clear(redis, name));
  const database = await openDatabase(stack.env['DOCUMENTDB_URI'] ?? '', name.replace('-', '_'));
  opened.defer(async () => {
    await database.db.dropDatabase();
    await database.close();
  });
  await prepareDatabase(database.db);
  const { queues, close } = openQueues(redis, name, tracer, fail);
  opened.defer(close);
  const placement = {
    hosts: [],
    secretOf: () => undefined,
    origin: { account: '', region: '' },
    onAnswer: fail,
  };
  const stores = openStores({
    ...{ queueRedis: redis, cacheRedis: cache, database, domain: name, tracer, placement },
    onCacheAway: () => undefined,
  });

  const queue = queues[createSession.queue];
  let ended = 0;
  let allEnded = Promise.withResolvers<void>();
  let wanted = 0;
  const running = runQueue({
    redis,
    domain: name,
    queue,
    duties: [duty(createSession, createSessions({ ...stores, onCreated: () => undefined }))],
    concurrency: queueSettings[createSession.queue].concurrency,
    name,
    tracer,
    log: createLog({ level: 'warn', base: {}, destination: process.stderr }),
    onEnd: () => {
      if (++ended === wanted) allEnded.resolve();
    },
    onFailed: fail,
    onLoginRefused: () => fail(new Error('the login was refused')),
  });
  opened.defer(() => running.stop(0));

  return {
    /** Adds the jobs, then lets the worker at them. */
    async measure(mode: Mode, jobs: number): Promise<Cost> {
      current = { off: noTracer, unsampled: xray, sampled: xray, otlp }[mode];
      await queue.pause();
      for (let added = 0; added < jobs; added += 500)
        await queue.addBulk(
          Array.from({ length: Math.min(500, jobs - added) }, () =>
            sessionJob(mode === 'sampled' || mode === 'otlp'),
          ),
        );
      [ended, wanted, allEnded] = [0, jobs, Promise.withResolvers<void>()];
      const [start, cpu] = [performance.now(), process.cpuUsage()];
      await queue.resume();
      await allEnded.promise;
      const { user, system } = process.cpuUsage(cpu);
      return { clock: (1_000 * (performance.now() - start)) / jobs, cpu: (user + system) / jobs };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A create-session job of a caller that traces. */
function sessionJob(sampled: boolean) {
  const root = newTraceId(Date.now(), randomBytes(12).toString('hex'));
  const trace = formatTraceHeader({ root, parent: randomBytes(8).toString('hex'), sampled });
  const item = { sessionId: randomUUID(), playerId: randomUUID(), requestedAt: Date.now() };
  const data = seal(createSession, [item], { actor: fleet, sentAt: Date.now(), trace });
  return { name: createSession.kind, data, opts: { removeOnComplete: true } };
}

/** A tracer that is whichever one it is told to be. */
const switched = (current: () => Tracer): Tracer => ({
  segment: (...args) => current().segment(...args),
  subsegment: (...args) => current().subsegment(...args),
  serve: (...args) => current().serve(...args),
  mark: (how) => current().mark(how),
  header: () => current().header(),
  traceId: () => current().traceId(),
  here: () => current().here(),
  together: (...args) => current().together(...args),
});

const daemon = `const s = require('node:dgram').createSocket('udp4'); s.on('message', () => {});
  s.bind(0, '127.0.0.1', () => process.send(s.address().port)); process.on('disconnect', () => process.exit());`;
const collector = `const s = require('node:http').createServer((request, response) =>
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}')));
  s.listen(0, '127.0.0.1', () => process.send(s.address().port)); process.on('disconnect', () => process.exit());`;

/** A process that takes traces and drops them, as their work is not the worker's. Returns its port. */
async function startSink(opened: AsyncDisposableStack, program: string): Promise<number> {
  const child = spawn(process.execPath, ['--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  opened.defer(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const [port] = await once(child, 'message');
  return port;
}
