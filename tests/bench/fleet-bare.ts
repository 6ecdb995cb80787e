import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { clear } from '../support/domain.ts';

const program = fileURLToPath(new URL('fleet-bare-worker.ts', import.meta.url));

/** Calls to `add` on their way at once: more only make BullMQ slower. */
const window = 1_000;

/**
 * Jobs a second of BullMQ alone: one process adds jobs that name a ticket, the others take them and do nothing, all at
 * once, from the first add to the last completion.
 */
export async function measureBare(
  redisUrl: string,
  { workers, concurrency, jobs }: { workers: number; concurrency: number; jobs: number },
): Promise<number> {
  const domain = `bare-${randomBytes(4).toString('hex')}`;
  const prefix = `{${domain}.no-op}`;
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('no-op', { connection: redis, prefix });
  const processes = await Promise.all(
    Array.from({ length: workers }, () => startBare([redisUrl, 'no-op', prefix, String(concurrency)])),
  );
  const startedAt = performance.now();
  for (let from = 0; from < jobs; from += window)
    await Promise.all(
      Array.from({ length: Math.min(window, jobs - from) }, (_, at) =>
        queue.add('no-op', { ticketId: `ticket-${from + at}` }, { removeOnComplete: { count: 1_000 } }),
      ),
    );
  while ((await queue.getJobCountByTypes('waiting', 'active')) > 0) await pause(5);
  const perSecond = (jobs / (performance.now() - startedAt)) * 1_000;

  for (const child of processes) child.kill('SIGKILL');
  await queue.close();
  await clear(redis, domain);
  redis.disconnect();
  return perSecond;
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
