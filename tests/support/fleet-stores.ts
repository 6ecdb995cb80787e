import { randomBytes, randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { Outcome } from '../../jobs/contract.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { openStores } from '../../workers/process/stores.ts';
import { openDatabase, prepareDatabase } from '../../workers/records/database.ts';
import type { Context, Handler } from '../../workers/runtime/handler.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openDomain } from './domain.ts';
import { keysSecret } from './operator.ts';

const rethrow = (error: unknown) => {
  throw error;
};
/** A worker that may ask no placement webhook. */
const nowhereToPlace = {
  hosts: [],
  secretOf: () => undefined,
  origin: { account: '000000000000', region: 'us-east-1' },
  onAnswer: () => undefined,
};

/**
 * All stores of a worker on a domain and a database of their own, gone when the test ends. `documentdb`: the
 * URI of another server than the run's.
 */
export async function openFleetStores(documentdb?: string) {
  const env = inject('stackEnv');
  const { domain, redis, tickets, ...rest } = await openDomain();
  const cacheRedis = openRedis(env['CACHE_REDIS_URL'] ?? '', () => undefined);
  const database = await openDatabase(
    documentdb ?? env['DOCUMENTDB_URI'] ?? '',
    `test_${randomBytes(4).toString('hex')}`,
  );
  await prepareDatabase(database.db);
  return {
    domain,
    redis,
    cacheRedis,
    producerTickets: tickets,
    db: database.db,
    stores: openStores({
      ...{ queueRedis: redis, cacheRedis, database, domain, keysSecret },
      ...{ tracer: noTracer, onCacheAway: rethrow, placement: nowhereToPlace },
    }),
    async [Symbol.asyncDispose]() {
      await database.db.dropDatabase();
      await database.close();
      cacheRedis.disconnect();
      await rest[Symbol.asyncDispose]();
    },
  };
}

const context: Omit<Context, 'dueAt' | 'calls' | 'repeated'> = {
  actor: { kind: 'service', name: 'test' },
  signal: new AbortController().signal,
};

/** Runs a handler once, as a worker would. */
export const perform = <Item>(
  handle: Handler<Item>,
  items: readonly Item[],
  actor = context.actor,
  jobId: string = randomUUID(),
  dueAt = Date.now(),
  repeated = false,
): Promise<Outcome> => {
  const calls = items.map((_, index) => ({ id: `${jobId}-${index}`, trace: undefined }));
  return handle(items, { ...context, actor, calls, repeated, dueAt });
};
