import { type BackendFactory, createRedisBackend, type RedisQueueBackend, raw2NextJobData } from 'bullmq';
import type { Redis } from 'ioredis';
import { readable, type StoredJob } from '../../jobs/stored-job.ts';

/** Scripts of BullMQ that answer with the next job: `[[field, text, …], id, …]`. */
const fetching = new Set(['moveToActive', 'moveToFinished']);

/**
 * BullMQ on Redis, which also reads jobs that somebody wrote past BullMQ. BullMQ itself throws at them while
 * it fetches: nobody then holds the job, and it stalls and is fetched for ever. What a worker fetches is
 * mended in Redis too, so that the job can end and whoever lists failed jobs can read it.
 */
export const readingAnything =
  (redis: Redis): BackendFactory<RedisQueueBackend> =>
  (...options) => {
    const backend = createRedisBackend(...options);
    const run = backend.execCommand.bind(backend);
    backend.execCommand = (client, command, args) =>
      fetching.has(command) ? run(client, command, args).then(mended) : run(client, command, args);

    const mended = async (answer: unknown) => {
      if (!Array.isArray(answer) || !Array.isArray(answer[0])) return answer;
      const [fields, id, ...rest] = answer;
      return [flat(await mend(redis, backend.toKey(id), unflat(fields))), id, ...rest];
    };

    backend.getJobData = async (id) => {
      const stored = await redis.hgetall(backend.toKey(id));
      return Object.keys(stored).length > 0 ? raw2NextJobData([flat(readable(stored)), id])[0] : undefined;
    };
    return backend;
  };

/**
 * Makes a stored job one that BullMQ can read and end, if it is not. A crash in between leaves it to be
 * mended again.
 */
async function mend(redis: Redis, key: string, stored: StoredJob): Promise<StoredJob> {
  const better = readable(stored);
  if (better === stored) return stored;
  await redis.hset(key, better);
  const gone = Object.keys(stored).filter((field) => !Object.hasOwn(better, field));
  if (gone.length > 0) await redis.hdel(key, ...gone);
  return better;
}

export const mendStored = async (redis: Redis, key: string): Promise<StoredJob> =>
  mend(redis, key, await redis.hgetall(key));

const flat = (stored: StoredJob): string[] => Object.entries(stored).flat();

function unflat(fields: readonly string[]): StoredJob {
  const pairs = Array.from({ length: fields.length / 2 }, (_, n) => [fields[2 * n], fields[2 * n + 1]]);
  return Object.fromEntries(pairs) as StoredJob;
}
