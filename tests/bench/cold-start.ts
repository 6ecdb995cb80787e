import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startStack } from '../../infra/local/stack.ts';
import type { FleetClient } from '../../producers/client.ts';
import { openDatabase } from '../../workers/records/database.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { makeImageFolder } from './image-folder.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';

export const usage = `From starting a worker's process to its first job, from a folder made as infra/Dockerfile makes the image's, and
that folder's size. A job waits in the queue; stores and indexes are there, as with any worker but the very first.

  npm run bench -- cold-start [--runs N] [--json]

  --runs N   workers started one after the other; the median counts (default 10)`;

/** ms since the process was started. */
interface Start {
  readonly taken: number;
  readonly done: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
  });
  await using image = await makeImageFolder();
  await using stack = await startStack({
    env: process.env,
    progress: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  const name = randomBytes(4).toString('hex');
  const domain = `bench-${name}`;
  const database = await openDatabase(stack.env['DOCUMENTDB_URI'] ?? '', `bench_${name}`);
  await using client = await openClient({ redisUrl: stack.env['QUEUE_REDIS_URL'] ?? '', domain });
  const env = {
    ...stack.env,
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: image.compileCache,
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: database.db.databaseName,
    LOG_LEVEL: 'error',
  };
  const starts: Start[] = [];
  // The first one makes the collections, and does not count.
  for (let run = 0; run <= Number(values.runs); run++) {
    const start = await measure(client, image.folder, env);
    if (run > 0) starts.push(start);
  }
  await database.db.dropDatabase();
  await database.close();
  const report = {
    coldStartMs: {
      taken: median(starts.map((it) => it.taken)),
      done: median(starts.map((it) => it.done)),
      worst: Math.max(...starts.map((it) => it.done)),
      target: 1_500,
    },
    imageMiB: image.size,
    machine: machine(),
  };
  if (values.json) console.log(JSON.stringify(report));
  else console.dir(report);
}

/** Starts a worker while a job waits; when it is done, stops the worker. */
async function measure(client: FleetClient, folder: string, env: NodeJS.ProcessEnv): Promise<Start> {
  const queue = queuesOf(client)['session-creation'];
  const before = new Set((await queue.getCompleted()).map((job) => job.id));
  await client.createSession({ playerId: `player-${randomBytes(4).toString('hex')}` });
  const startedAt = Date.now();
  const worker = spawn(process.execPath, ['workers/process/main.ts'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    for (;;) {
      const first = (await queue.getCompleted()).find((job) => !before.has(job.id));
      const { processedOn, finishedOn } = first ?? {};
      if (processedOn && finishedOn) return { taken: processedOn - startedAt, done: finishedOn - startedAt };
      if (worker.exitCode !== null) throw new Error(`The worker ended with ${worker.exitCode}`);
      await pause(20);
    }
  } finally {
    await stop(worker);
  }
}

async function stop(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) return;
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}
