import { done } from '../../jobs/contract.ts';
import type { Handler } from '../handler.ts';
import type { PooledTicket } from '../pool/changes.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import { isUnreachable } from '../records/database.ts';
import { committedOf, type Matches } from '../records/matches.ts';
import type { Tickets } from '../records/tickets.ts';

export interface CompareStores {
  readonly pool: Pool;
  readonly tickets: Pick<Tickets, 'claimsOf'>;
  readonly matches: Pick<Matches, 'find'>;
  readonly configurations: Pick<Configurations, 'all'>;
}

const ticketsAtOnce = 500;

type Page = Awaited<ReturnType<Pool['readPool']>>;

/**
 * After a failover or a restart the queue store may have gone back in time. Configurations that it has lost are written back, and
 * matches that are stored take those of their tickets that search again. While the record is away nothing is compared, and
 * nothing has failed: the clock asks again in a second.
 */
export const compareWithRecord =
  (stores: CompareStores): Handler<unknown> =>
  async (_items, { signal }) => {
    const run = await stores.pool.uncomparedRun();
    if (run === undefined) return done();
    try {
      return done(await compare(run, stores, signal));
    } catch (error) {
      if (isUnreachable(error)) return done({ compared: false });
      throw error;
    }
  };

async function compare(run: string, stores: CompareStores, signal: AbortSignal) {
  const { pool, configurations } = stores;
  for (const installed of await configurations.all()) await pool.install(installed);
  let putBack = 0;
  for (const name of await pool.pools())
    for (let after: number | undefined = 0; after !== undefined; ) {
      signal.throwIfAborted();
      const page: Page = await pool.readPool(name, after, ticketsAtOnce);
      putBack += await putBackMatches(page.tickets, stores);
      after = page.last;
    }
  return { putBack, compared: await pool.compared(run) };
}

/** Returns how many stored matches took a ticket of these. */
async function putBackMatches(
  waiting: readonly PooledTicket[],
  { pool, tickets, matches }: CompareStores,
): Promise<number> {
  const claims = await tickets.claimsOf(
    waiting.map((it) => ({ _id: it.ticketId, start_time: new Date(it.startTime) })),
  );
  const stored = await matches.find([...new Set(claims.map((claim) => claim.match_id ?? ''))]);
  const callOf = new Map(claims.map(({ _id, match_id, call = '' }) => [`${match_id} ${_id}`, call]));
  let count = 0;
  for (const record of stored.values()) {
    const match = committedOf(record);
    const calls = match.tickets.map((it) => callOf.get(`${match.matchId} ${it.ticketId}`) ?? '');
    if (await pool.putBack(match, calls)) count++;
  }
  return count;
}
