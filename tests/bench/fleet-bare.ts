import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Stack } from '../../infra/local/stack.ts';
import { clear } from '../support/domain.ts';
import { usageOf } from './fleet-costs.ts';

const program = fileURLToPath(new URL('fleet-bare-worker.ts', import.meta.url));

/** Calls to `add` on their way at once: more only make BullMQ slower. */
const window = 1_000;

/** Jobs done before anything is measured: code that runs for the first time is slow. */
const warmUpJobs = 2_000;

export interface Bare {
  readonly jobsPerSecond: number;
  /**
   * Time of cores a job took of all processes together, µs: what noise of the machine moves less than speed.
   */
  readonly cpuUsec: number;
}

/**
 * BullMQ alone: one process adds jobs that name a ticket, the others take them and do nothing, all at once,
 * from the first add to the last completion.
 */
export async function measureBare(
  stack: Stack,
  { workers, concurrency, jobs }: { workers: number; concurrency: number; jobs: number },
): Promise<Bare> {
  const redisUrl = stack.env['QUEUE_REDIS_URL'] ?? '';
  const domain = `bare-${randomBytes(4).toString('hex')}`;
  const prefix = `{${domain}.no-op}`;
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('no-op', { connection: redis, prefix });
  const processes = await Promise.all(
    Array.from({ length: workers }, () => startBare([redisUrl, 'no-op', prefix, String(concurrency)])),
  );
  const pids = [process.pid, ...processes.map((it) => it.pid ?? 0), ...stack.part('queueRedis').pids];
  await addAndWait(queue, warmUpJobs);
  const cpuBefore = usageOf(pids).cpuSeconds;
  const startedAt = performance.now();
  await addAndWait(queue, jobs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuUsec = ((usageOf(pids).cpuSeconds - cpuBefore) / jobs) * 1e6;

  for (const child of processes) child.kill('SIGKILL');
  await queue.close();
  await clear(redis, domain);
  redis.disconnect();
  return { jobsPerSecond: Math.round(jobs / seconds), cpuUsec: Math.round(cpuUsec) };
}

async function addAndWait(queue: Queue, jobs: number): Promise<void> {
  for (let from = 0; from < jobs; from += window)
    await Promise.all(
      Array.from({ length: Math.min(window, jobs - from) }, (_, at) =>
        queue.add('no-op', { ticketId: `ticket-${from + at}` }, { removeOnComplete: { count: 1_000 } }),
      ),
    );
  while ((await queue.getJobCountByTypes('waiting', 'active')) > 0) await pause(5);
}

async function startBare(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a bare worker did not start')));
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}
