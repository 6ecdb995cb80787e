import { redisTrouble } from '../../jobs/connection-trouble.ts';
import type { Log } from '../telemetry/log.ts';
import type { WorkerConfig } from './config.ts';
import { reachDatabase, reachRedis } from './reach.ts';
import { addressOf, openCacheRedis, openRedis } from './redis.ts';

/** Opens a worker's three connections. They are closed when `opened` is disposed of. */
export async function connect(config: WorkerConfig, opened: AsyncDisposableStack, log: Log) {
  const toldOf = (where: string, url: string) => {
    const address = addressOf(url);
    return (err: Error) =>
      log.warn(
        { where, address: address.shown, cause: redisTrouble(err, address).cause, err },
        'connection error',
      );
  };
  const { QUEUE_REDIS_URL: queueUrl, CACHE_REDIS_URL: cacheUrl } = config;
  await reachRedis(config, (message) => log.warn({ message }, 'session cache away'));
  const queueRedis = opened.adopt(openRedis(queueUrl, toldOf('queue Redis', queueUrl)), (it) =>
    it.disconnect(),
  );
  const cacheRedis = opened.adopt(openCacheRedis(cacheUrl, toldOf('session cache', cacheUrl)), (it) =>
    it.disconnect(),
  );
  const database = await reachDatabase(config.DOCUMENTDB_URI, config.DOCUMENTDB_DATABASE);
  opened.defer(database.close);
  return { queueRedis, cacheRedis, database };
}
