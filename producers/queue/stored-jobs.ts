import { type BackendFactory, createRedisBackend, type RedisQueueBackend, raw2NextJobData } from 'bullmq';
import type { Redis } from 'ioredis';
import { readable } from '../../jobs/stored-job.ts';

/**
 * BullMQ on Redis, which also reads jobs that somebody wrote past BullMQ: it throws at them itself, and one
 * of them would hide every other failed job from operators.
 */
export const readingAnything =
  (redis: Redis): BackendFactory<RedisQueueBackend> =>
  (...options) => {
    const backend = createRedisBackend(...options);
    backend.getJobData = async (id) => {
      const stored = await redis.hgetall(backend.toKey(id));
      if (Object.keys(stored).length === 0) return undefined;
      return raw2NextJobData([Object.entries(readable(stored)).flat(), id])[0];
    };
    return backend;
  };
