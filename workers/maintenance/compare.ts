import { done } from '../../jobs/contract.ts';
import { compareStores } from '../../jobs/maintenance/jobs.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { RecordedEnd, Waiting } from '../pool/comparing.ts';
import type { Compiled } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import { isUnreachable } from '../records/database.ts';
import { committedOf, type MatchRecord } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { TicketRecord } from '../records/ticket-record.ts';
import type { Tickets } from '../records/tickets.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface CompareStores {
  readonly pool: Pool;
  readonly tickets: Pick<Tickets, 'recorded'>;
  readonly matches: Pick<Matches, 'find'>;
  readonly configurations: Pick<Configurations, 'all'>;
  readonly compiled: Pick<Compiled, 'company'>;
  readonly observe: {
    /** Cycles wait, and have for so long (ms): the record is away. */
    readonly waiting: (waitedMs: number, error: unknown) => void;
    /** Cycles go on: the store had gone back behind so many matches and ends of tickets. */
    readonly compared: (
      result: { readonly putBack: number; readonly endedAgain: number },
      waitedMs: number,
    ) => void;
  };
}

const ticketsAtOnce = 500;

type Page = Awaited<ReturnType<Pool['mirror']['readPool']>>;

export const compareStoresDuty: OpenDuty<Omit<CompareStores, 'observe'>> = (stores, { log }) =>
  duty(
    compareStores,
    compareWithRecord({
      ...stores,
      observe: {
        waiting: (waitedMs, err) =>
          log.warn(
            { waitedMs, err },
            'no match is decided: the queue Redis has started or taken over, and DocumentDB, to compare it with, is away',
          ),
        compared: (found, waitedMs) =>
          log.warn(
            { ...found, waitedMs },
            'the queue Redis has started or taken over; it has been compared with DocumentDB',
          ),
      },
    }),
  );

/**
 * After a failover or a restart the queue store may have gone back in time, so cycles wait until this is
 * done. Configurations that it has lost are written back, matches that are stored take those of their tickets
 * that wait, and tickets whose end is on record end again. While the record is away nothing is compared, and
 * nothing has failed: the beat asks again.
 */
const compareWithRecord =
  (stores: CompareStores): Handler<unknown> =>
  async (_items, { signal }) => {
    const waits = await stores.pool.comparing.uncompared();
    if (!waits) return done();
    try {
      const found = await compare(stores, signal);
      const compared = await stores.pool.comparing.compared(waits.history);
      if (compared) stores.observe.compared(found, waits.waitedMs);
      return done({ ...found, compared });
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      stores.observe.waiting(waits.waitedMs, error);
      return done({ compared: false });
    }
  };

async function compare(stores: CompareStores, signal: AbortSignal) {
  const { pool, configurations } = stores;
  for (const installed of await configurations.all()) await pool.settings.install(installed);
  const found = { putBack: 0, endedAgain: 0 };
  const take = async (waiting: readonly Waiting[]) => {
    signal.throwIfAborted();
    const { putBack, endedAgain } = await followRecord(waiting, stores);
    found.putBack += putBack;
    found.endedAgain += endedAgain;
  };
  // Proposals first: a ticket that leaves one enters its pool, whose pages come later.
  const proposed = await pool.comparing.proposed();
  for (let from = 0; from < proposed.length; from += ticketsAtOnce)
    await take(proposed.slice(from, from + ticketsAtOnce));
  for (const name of await pool.comparing.pools())
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: Page = await pool.mirror.readPool(name, after, ticketsAtOnce);
      await take(page.tickets);
      after = page.last;
    }
  return found;
}

/** Lets tickets that wait be what the record says that they are. */
async function followRecord(waiting: readonly Waiting[], stores: CompareStores) {
  const { pool, tickets, matches, compiled } = stores;
  const records = await tickets.recorded(
    waiting.map((it) => ({ _id: it.ticketId, start_time: new Date(it.startTime) })),
  );
  const stored = await matches.find([...new Set(records.flatMap(({ match_id }) => match_id ?? []))]);
  let putBack = 0;
  for (const record of stored.values()) {
    const company = await compiled.company(record.configuration);
    if (await pool.comparing.putBack(...matchOf(record, records), company)) putBack++;
  }
  const ends = records.filter(({ match_id = '' }) => !stored.has(match_id)).flatMap(endOf);
  return { putBack, endedAgain: await pool.comparing.endAgain(ends) };
}

/** A stored match, and the calls that asked for its tickets, as far as they are known. */
function matchOf(record: MatchRecord, records: readonly TicketRecord[]): [CommittedMatch, string[]] {
  const match = committedOf(record);
  const calls = new Map(records.map(({ _id, match_id, call = '' }) => [`${match_id} ${_id}`, call]));
  return [match, match.tickets.map((it) => calls.get(`${match.matchId} ${it.ticketId}`) ?? '')];
}

/**
 * Nothing for a ticket that a match has claimed which is not stored: whoever starts it, or another of its
 * tickets, decides.
 */
function endOf({ _id, sequence, call, status, reason, message }: TicketRecord): RecordedEnd[] {
  if (status === 'COMPLETED') return [];
  return [
    {
      ticketId: _id,
      sequence: sequence ?? 0,
      call: call ?? '',
      status,
      reason: reason ?? '',
      message: message ?? '',
    },
  ];
}
