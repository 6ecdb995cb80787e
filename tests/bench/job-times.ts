import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import { queues as queueSettings } from '../../jobs/catalogue.ts';
import { jobOptions, type QueueName, seal } from '../../jobs/contract.ts';
import { readRecord } from '../../jobs/maintenance/jobs.ts';
import { openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import { openMatches } from '../../workers/records/matches.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { startWorker } from '../support/worker-processes.ts';
import { duelist, duelRules } from './fleet-under-test.ts';
import { machine } from './machine.ts';
import { inBatches, makeMatches } from './rating-documents.ts';

export const usage = `How long one job takes at full concurrency, per queue: the jobMs of infra/aws/stages.ts.

  npm run bench -- job-times [--jobs N] [--items N] [--json]

  --jobs N    jobs that wait in a queue before its worker starts (default 1000)
  --items N   items in each, where its kind takes more than one (default 10)

The mean is JobDuration's as the worker itself publishes it. session-creation has create-session and the start-match
jobs that matchmaking left it; matchmaking start-matchmaking with the cycles they cause.`;

interface Measured {
  readonly queue: QueueName;
  readonly concurrency: number;
  readonly jobs: number;
  readonly meanMs: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: '1000' },
      items: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const [jobs, items] = [Number(values.jobs), Number(values.items)];
  await using stack = await startStack({
    env: process.env,
    parts: ['queueRedis', 'cacheRedis', 'documentdb'],
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  await using bench = await openBench(stack.env);
  const measured: Measured[] = [];
  // Maintenance first: it installs what matchmaking needs. Matchmaking next: it leaves session-creation
  // start-match jobs.
  for (const queue of ['maintenance', 'matchmaking', 'session-creation', 'rating-update'] as const) {
    await fill[queue](bench, jobs, items);
    process.stderr.write(`${queue}: filled\n`);
    measured.push(await bench.drain(queue));
  }
  if (values.json) console.log(JSON.stringify({ measured, jobs, items, machine: machine() }));
  else {
    console.log(`${jobs} jobs of ${items} items, one worker a queue; ${machine()}`);
    console.table(measured);
  }
}

type Bench = Awaited<ReturnType<typeof openBench>>;

async function openBench(stackEnv: Readonly<Record<string, string>>) {
  const opened = new AsyncDisposableStack();
  const run = randomBytes(4).toString('hex');
  const domain = `bench-${run}`;
  const database = await openDatabase(stackEnv['DOCUMENTDB_URI'] ?? '', `bench_${run}`);
  opened.defer(async () => {
    await database.db.dropDatabase();
    await database.close();
  });
  await prepareDatabase(database.db);
  const client = opened.use(
    await openClient({
      ...{ redisUrl: stackEnv['QUEUE_REDIS_URL'] ?? '', domain },
      operatorKey: stackEnv['OPERATOR_KEY'] ?? '',
    }),
  );
  const start = (queue: QueueName) =>
    startWorker({
      PATH: process.env['PATH'],
      ...stackEnv,
      DOMAIN: domain,
      DOCUMENTDB_DATABASE: database.db.databaseName,
      QUEUES: queue,
      LOG_LEVEL: 'error',
      METRICS_SINK: 'none',
    });
  return {
    client,
    matches: openMatches(database.db),

    /** Rule set and configuration, by a worker that then goes. */
    async install(): Promise<void> {
      await using _worker = await start('maintenance');
      await client.putRuleSet({ name: 'duel', body: JSON.stringify(duelRules) });
      await client.putConfiguration({ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 3_600 });
    },

    /** Lets one worker do all that waits in a queue. */
    async drain(queue: QueueName): Promise<Measured> {
      await using worker = await start(queue);
      const left = () => queuesOf(client)[queue].getJobCountByTypes('waiting', 'prioritized', 'active');
      while ((await left()) > 0) await pause(50);
      const text = await (await fetch(`http://127.0.0.1:${worker.healthPort}/metrics`)).text();
      const read = (suffix: string) =>
        Number(new RegExp(`^JobDuration_milliseconds_${suffix}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
      const count = read('count');
      return {
        queue,
        concurrency: queueSettings[queue].concurrency,
        jobs: count,
        meanMs: Number((read('sum') / count).toFixed(1)),
      };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What waits in each queue. Calls made at once share a job, so `items` of them make one. */
const fill: Readonly<Record<QueueName, (bench: Bench, jobs: number, items: number) => Promise<void>>> = {
  async maintenance({ client, install }, jobs) {
    await install();
    const actor = { kind: 'service', name: 'bench' } as const;
    const one = {
      name: readRecord.kind,
      data: seal(readRecord, [{ collection: 'rule_sets' }], { actor, sentAt: Date.now() }),
      opts: jobOptions(readRecord),
    };
    await queuesOf(client).maintenance.addBulk(Array.from({ length: jobs }, () => one));
  },
  matchmaking: ({ client }, jobs, items) =>
    inTurn(jobs, (job) =>
      client.startMatchmakingAll(
        each(items, (item) => duelist(`p-${job}-${item}`, `t-${job}-${item}`, 1_000 + ((job * 37) % 1_000))),
      ),
    ),
  'session-creation': ({ client }, jobs, items) =>
    inTurn(jobs, (job) => client.createSessionAll(each(items, (item) => ({ playerId: `p-${job}-${item}` })))),
  async 'rating-update'({ client, matches }, jobs, items) {
    const all = makeMatches(jobs * items, 5_000);
    for (const batch of inBatches(all, 500))
      await matches.create(
        batch.map(({ match }) => ({ match, status: 'COMPLETED' as const })),
        new Date(),
      );
    for (const batch of inBatches(all, items))
      await client.reportMatchResultAll(batch.map((it) => it.result));
  },
};

const each = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

async function inTurn(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at++) await work(at);
}
