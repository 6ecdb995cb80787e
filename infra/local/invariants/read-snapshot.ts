import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { Snapshot, StoredRuleSet } from '../../../jobs/invariants/snapshot.ts';
import { readCache } from './read-cache.ts';
import { readQueue } from './read-queue.ts';
import { readRecord } from './read-record.ts';

/** The stores of one domain. */
export interface StoresOfDomain {
  readonly redis: Redis;
  readonly domain: string;
  readonly db: Db;
  /** Absent: what the session cache holds is not judged. */
  readonly cacheRedis?: Redis | undefined;
}

/**
 * Reads all that is judged from the stores of a running stack. Only what stands still meanwhile is of one
 * moment.
 */
export async function readSnapshot({ redis, domain, db, cacheRedis }: StoresOfDomain): Promise<Snapshot> {
  const queue = await readQueue(redis, domain);
  const record = await readRecord(db);
  const cache =
    cacheRedis &&
    (await readCache(
      cacheRedis,
      record.sessions.map((session) => session._id),
      record.players.map((player) => player._id),
    ));
  const inForce = queue.installed.map(({ ruleSet }): StoredRuleSet => ruleSet);
  const ruleSets = new Map([...inForce, ...record.ruleSets].map((it) => [`${it.name}@${it.version}`, it]));
  return { ...queue, ...record, ruleSets: [...ruleSets.values()], cache, takenAt: Date.now() };
}
