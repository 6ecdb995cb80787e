import type { Redis } from 'ioredis';
import { configurationOf, valuesOf } from '../../jobs/configuration/pool-name.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';

/** A pool as it is now. Times are ISO 8601. */
export interface PoolState {
  readonly pool: string;
  readonly configuration: string;
  /** Values of the string batch keys that split the configuration, in the order of its rules. */
  readonly values: readonly string[];
  readonly tickets: number;
  readonly players: number;
  /** When its oldest ticket began to wait; absent when it is empty. */
  readonly oldestSince?: string;
}

/** Pools read at once: each costs four commands. */
const poolsAtOnce = 200;
/**
 * Entries of the outbox, and proposals, that are looked at; with more, what is told is an estimate from so
 * many.
 */
const sampled = 500;

export type PoolReader = ReturnType<typeof openPools>;

/** Pools as scripts keep them. */
export function openPools(redis: Redis, domain: string) {
  const keys = domainKeys(domain);

  const poolState = async (pool: string): Promise<PoolState> => {
    const [tickets, companions, [oldest]] = await Promise.all([
      redis.zcard(keys.pool(pool)),
      redis.hget(keys.companions(), pool),
      redis.zrange(keys.pool(pool), '0', '0'),
    ]);
    const start = oldest && readStoredTicket(await redis.get(keys.ticket(oldest)))?.start;
    return {
      pool,
      configuration: configurationOf(pool),
      values: valuesOf(pool),
      tickets,
      players: tickets + Number(companions ?? 0),
      ...(start && { oldestSince: new Date(Number(start)).toISOString() }),
    };
  };

  const shareOf = async (pool: string, proposals: readonly string[]) => {
    const pools = await Promise.all(proposals.map((id) => redis.hget(keys.proposal(id), 'pool')));
    return pools.filter((it) => it === pool).length;
  };

  return {
    poolState,

    /** Pools of a configuration that hold tickets. */
    async poolsOf(configuration: string): Promise<PoolState[]> {
      const names = (await redis.smembers(keys.pools(configuration))).sort();
      const found: PoolState[] = [];
      for (let from = 0; from < names.length; from += poolsAtOnce)
        found.push(...(await Promise.all(names.slice(from, from + poolsAtOnce).map(poolState))));
      return found.filter((it) => it.tickets > 0);
    },

    /**
     * No match is decided until the store has been compared with the record. Since when that is so (fleet
     * time, ms); `undefined`: it was compared.
     */
    async uncomparedSince(): Promise<number | undefined> {
      const [, since] = (await redis.get(keys.uncompared()))?.split(' ') ?? [];
      return since === undefined ? undefined : Number(since);
    },

    /** Ids of its oldest tickets, the oldest first. */
    oldestTickets: (pool: string, most: number): Promise<string[]> =>
      redis.zrange(keys.pool(pool), '0', String(most - 1)),

    /** Proposals of a pool, and how many there are in all; above 500 told from the 500 that end first. */
    async proposals(pool: string): Promise<{ ofPool: number; all: number }> {
      const [all, ids] = await Promise.all([
        redis.zcard(keys.proposals()),
        redis.zrange(keys.proposals(), '0', String(sampled - 1)),
      ]);
      return { ofPool: scaled(await shareOf(pool, ids), ids.length, all), all };
    },

    /** Matches of all configurations that are decided and not confirmed. */
    outboxLength: (): Promise<number> => redis.hlen(keys.outbox()),

    /** Matches in the outbox of a configuration, and of all; above 500 told from 500 of them. */
    async outbox(configuration: string): Promise<{ ofConfiguration: number; all: number }> {
      const all = await redis.hlen(keys.outbox());
      if (all === 0) return { ofConfiguration: 0, all };
      const sample = (await redis.call('HRANDFIELD', keys.outbox(), sampled, 'WITHVALUES')) as unknown[];
      const entries = sample.flat().filter((_it, at) => at % 2 === 1) as string[];
      const own = entries.filter((it) => JSON.parse(it).configuration === configuration).length;
      return { ofConfiguration: scaled(own, entries.length, all), all };
    },
  };
}

const scaled = (found: number, lookedAt: number, all: number): number =>
  lookedAt === 0 ? 0 : Math.round((found * all) / lookedAt);
