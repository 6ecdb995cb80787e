import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * How long (ms) BullMQ holds a job for a worker that renews that, and how often it looks for workers that do
 * not. A killed worker's jobs resume elsewhere within the lock plus two checks: 8 s + 2 × 3 s < 15 s.
 */
export const lockTimes = { lockDuration: 8_000, stalledInterval: 3_000 } as const;

/**
 * BullMQ holds a job by a key that expires, and looks for dead workers once another has expired. When the
 * clock of Redis goes back, both stay for that much longer, and the jobs of dead workers with them. What
 * stays for longer than it was set for is shortened.
 */
export async function shortenLocks(redis: Redis, queue: Queue): Promise<void> {
  const { lockDuration, stalledInterval } = lockTimes;
  const jobs = await redis.lrange(queue.toKey('active'), 0, -1);
  const longest = [
    [queue.toKey('stalled-check'), stalledInterval] as const,
    ...jobs.map((id) => [queue.toKey(`${id}:lock`), lockDuration] as const),
  ];
  const shorten = async ([key, most]: (typeof longest)[number]) => {
    if ((await redis.pttl(key)) > most) await redis.pexpire(key, most);
  };
  await Promise.all(longest.map(shorten));
}
