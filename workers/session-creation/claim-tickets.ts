import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Compiled } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import type { Claimed, Conflict } from '../records/claims.ts';
import { lostReason } from '../records/decisions.ts';
import { committedOf, type MatchRecord } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { Tickets } from '../records/tickets.ts';

export interface ClaimStores {
  readonly tickets: Tickets;
  readonly matches: Pick<Matches, 'giveUpLost' | 'find'>;
  readonly pool: Pick<Pool, 'matches' | 'comparing'>;
  readonly compiled: Pick<Compiled, 'company'>;
}

/** Matches that cannot start since a claim came to nothing. */
export interface Unclaimed {
  /**
   * By match that came second for one of its tickets, those that fail with it: whose id belongs to another,
   * and a backfill ticket.
   */
  readonly second: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those with a claim that the record refuses, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Claims the tickets of matches. A ticket that a lost match holds, one that is neither stored nor in the
 * outbox, is taken over: that match is FAILED first.
 */
export async function claimTickets(
  decided: readonly CommittedMatch[],
  now: Date,
  stores: ClaimStores,
): Promise<Unclaimed> {
  const claimed = await stores.tickets.claim(decided, now);
  const moved =
    claimed.conflicts.length > 0 ? await takeFromLost(claimed.conflicts, decided, now, stores) : claimed;
  const back = await giveBack(moved.conflicts, decided, stores);
  const backfills = new Map(
    decided.map(({ matchId, backfill }) => [matchId, backfill ? [backfill.ticketId] : []]),
  );
  const second = [...Map.groupBy(moved.conflicts, (it) => it.matchId)].map(([matchId, own]) => {
    const failing = new Set([...own.map((it) => it.ticketId), ...(backfills.get(matchId) ?? [])]);
    return [matchId, failing.difference(back.get(matchId) ?? new Set())] as const;
  });
  return { second: new Map(second), refused: new Map([...claimed.refused, ...moved.refused]) };
}

/**
 * The queue went back in time and decided tickets again that a stored match has. They go back to that match:
 * they have not failed with the one that came second.
 */
async function giveBack(
  conflicts: readonly Conflict[],
  decided: readonly CommittedMatch[],
  { matches, pool, compiled }: ClaimStores,
): Promise<Map<string, Set<string>>> {
  const calls = new Map(
    decided.flatMap((match) =>
      match.tickets.map((it, index) => [`${match.matchId} ${it.ticketId}`, match.calls?.[index] ?? '']),
    ),
  );
  const own = conflicts.filter((it) => it.same);
  if (own.length === 0) return new Map();
  const finders = new Map(own.map((it) => [`${it.holder} ${it.ticketId}`, it.matchId]));
  const stored = await matches.find(own.map((it) => it.holder));
  const restored = new Set<string>();
  for (const record of stored.values()) {
    const callOf = (ticketId: string) =>
      calls.get(`${finders.get(`${record._id} ${ticketId}`)} ${ticketId}`) ?? '';
    const match = committedOf(record);
    const isBack = await pool.comparing.putBack(
      match,
      match.tickets.map((it) => callOf(it.ticketId)),
      await compiled.company(match.configuration),
    );
    if (isBack) restored.add(record._id);
  }
  const back = Map.groupBy(
    own.filter((it) => restored.has(it.holder)),
    (it) => it.matchId,
  );
  return new Map([...back].map(([matchId, all]) => [matchId, new Set(all.map((it) => it.ticketId))]));
}

/** Returns the conflicts that remain, and what the record refuses of those that went. */
async function takeFromLost(
  conflicts: readonly Conflict[],
  decided: readonly CommittedMatch[],
  now: Date,
  { tickets, matches, pool }: ClaimStores,
): Promise<Claimed> {
  const finders = new Map(decided.map((match) => [match.matchId, match]));
  const holders = new Map(conflicts.map((it) => [it.holder, finders.get(it.matchId)]));
  // First the outbox, then the record: a match that is settled in between is seen in the record.
  for (const { matchId } of await pool.matches.decided([...holders.keys()])) holders.delete(matchId);
  const gone = [...holders].flatMap(([_id, finder]) =>
    finder ? [{ ...finder, _id, rule_set: finder.ruleSet }] : [],
  );
  const stored = gone.length > 0 ? await matches.giveUpLost(gone, now) : new Map<string, MatchRecord>();
  const { true: movable = [], false: standing = [] } = Object.groupBy(
    conflicts,
    (it) => `${hasLetGo(stored.get(it.holder), it.ticketId)}`,
  );
  const { conflicts: overtaken, refused } = await tickets.takeOver(movable, decided, now);
  return { conflicts: [...standing, ...overtaken], refused };
}

/**
 * A match that failed for a reason of its own keeps its tickets, but for those that search again since it
 * came second.
 */
const hasLetGo = (holder: MatchRecord | undefined, ticketId: string): boolean =>
  holder?.reason === lostReason || (holder?.failing !== undefined && !holder.failing.includes(ticketId));
