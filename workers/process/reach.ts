import { Redis } from 'ioredis';
import { documentdbTrouble, modeTrouble, redisTrouble, type Trouble } from '../../jobs/connection-trouble.ts';
import type { RedisAddress } from '../../jobs/redis-url.ts';
import { type Database, openDatabase, prepareDatabase } from '../records/database.ts';
import { addressOf } from './redis.ts';

/**
 * How long (ms) a worker that starts waits for the queue Redis, and for the cache, which it can do without.
 */
const patience = { queue: 5_000, cache: 2_000 };
const pauseMs = 200;

interface Urls {
  readonly QUEUE_REDIS_URL: string;
  readonly CACHE_REDIS_URL: string;
}

/**
 * Makes sure that a worker's Redis servers are what its settings say. Throws with setting, address and cause;
 * the cache may be away for now, of which `onCacheAway` is told.
 */
export async function reachRedis(urls: Urls, onCacheAway: (message: string) => void): Promise<void> {
  const [queue, cache] = await Promise.all([
    reach(urls.QUEUE_REDIS_URL, patience.queue),
    reach(urls.CACHE_REDIS_URL, patience.cache),
  ]);
  if ('cause' in queue)
    throw new Error(`QUEUE_REDIS_URL: could not reach the queue Redis at ${queue.shown}: ${queue.cause}`);
  if ('cause' in cache) {
    const message = `CACHE_REDIS_URL: could not reach the session cache at ${cache.shown}: ${cache.cause}`;
    if (cache.lasting) throw new Error(message);
    onCacheAway(message);
  }
  const about = 'cause' in cache ? undefined : cache.info;
  refuseSameServer(queue.info, about);
  refuseEviction(queue.info, about);
}

/**
 * Where the cache is the queue Redis under another name, database or user. ElastiCache Serverless tells no
 * id.
 */
function refuseSameServer(queue: string, cache: string | undefined): void {
  const idOf = (info = '') => /^run_id:([0-9a-f]{40})/m.exec(info)?.[1];
  if (idOf(queue) !== undefined && idOf(queue) === idOf(cache))
    throw new Error('CACHE_REDIS_URL: is the queue Redis; the cache evicts and must be a server of its own');
}

/**
 * Refuses a queue Redis that evicts: under memory pressure it would drop BullMQ's locks, so that every
 * running job loses its result. Read from INFO, since CONFIG is closed on ElastiCache.
 */
function refuseEviction(queue: string, cache: string | undefined): void {
  const policyOf = (info = '') => /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policyOf(queue) === 'noeviction') return;
  const swapped = policyOf(cache) === 'noeviction' ? '; CACHE_REDIS_URL has it: are the two exchanged?' : '';
  throw new Error(
    `QUEUE_REDIS_URL: its maxmemory-policy is ${policyOf(queue) ?? 'unknown'}; a queue needs noeviction (set it in the cluster's parameter group)${swapped}`,
  );
}

type Reached = { readonly info: string } | (Trouble & { readonly shown: string });

/**
 * What a Redis says in INFO, on a connection that is closed again: one in use hides causes behind its
 * reconnecting.
 */
async function reach(url: string, patienceMs: number): Promise<Reached> {
  const address = addressOf(url);
  const until = performance.now() + patienceMs;
  let before: Reached | undefined;
  for (;;) {
    const reached = await attempt(address, Math.max(1, until - performance.now()));
    if ('info' in reached || reached.lasting) return reached;
    // The last attempt may be cut short, and would name that instead of the cause.
    if (performance.now() + pauseMs >= until) return before ?? reached;
    before = reached;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function attempt(address: RedisAddress, ms: number): Promise<Reached> {
  const { shown } = address;
  const redis = new Redis({
    ...address.server,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    redis.on('error', reject);
    timer = setTimeout(() => reject(new Error(`timed out after ${Math.round(ms)} ms`)), ms);
  });
  try {
    const info = await Promise.race([failed, redis.connect().then(() => redis.info())]);
    const trouble = modeTrouble(info, address);
    return trouble ? { ...trouble, shown } : { info };
  } catch (error) {
    return { ...redisTrouble(error, address), shown };
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Opens DocumentDB and makes what is missing in it. Throws with setting, address and cause. */
export async function reachDatabase(uri: string, name: string): Promise<Database> {
  let database: Database | undefined;
  try {
    database = await openDatabase(uri, name);
    await prepareDatabase(database.db);
    return database;
  } catch (error) {
    await database?.close();
    const hosts = /^[^:]+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1];
    const { cause } = documentdbTrouble(error);
    throw new Error(`DOCUMENTDB_URI: could not use DocumentDB at ${hosts}: ${cause}`, { cause: error });
  }
}
