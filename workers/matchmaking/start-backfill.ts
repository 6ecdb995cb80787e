import type { z } from 'zod';
import { done, problemsOf, type Refusal } from '../../jobs/contract.ts';
import { backfillPlayersWithin, matchTtlMs } from '../../jobs/matchmaking/backfill.ts';
import { withoutRatings } from '../../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../../jobs/matchmaking/rule-set/check-ticket.ts';
import type { startBackfill } from '../../jobs/matchmaking/start-backfill.ts';
import type { TicketPlayer } from '../../jobs/matchmaking/ticket.ts';
import type { Handler } from '../handler.ts';
import type { Playing } from '../pool/backfills.ts';
import type { Configurations } from '../pool/configurations.ts';
import type { Pool } from '../pool/pool.ts';
import type { Reservation } from '../pool/tickets.ts';
import type { Matches, MatchRecord } from '../records/matches.ts';
import type { Unrated } from './rating-attributes.ts';

export interface StartBackfillStores {
  readonly pool: Pool;
  readonly matches: Pick<Matches, 'find'>;
  readonly configurations: Configurations;
  /** Gives tickets the attributes their configurations take from ratings. */
  readonly rate: (tickets: readonly Unrated[]) => Promise<TicketPlayer[][]>;
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
}

/** A reservation that may enter, or why it may not: one word for the ticket, and a sentence. */
type Checked =
  | (Unrated & { readonly pool: string; readonly timeoutMs: number })
  | { readonly reason: string; readonly message: string };

/** Lets reserved backfill tickets search, one by one: a running match asks seldom. */
export const startBackfills =
  (stores: StartBackfillStores): Handler<z.output<typeof startBackfill.item>> =>
  async (items) => {
    const reservations = await stores.pool.reservations(items.map((item) => item.ticketId));
    const refusals: Refusal[] = [];
    for (const [index, reservation] of reservations.entries())
      if (reservation?.status === 'QUEUED' && reservation.fills)
        await enter(reservation, reservation.fills, stores);
      else if (!reservation)
        refusals.push({ index, reason: `ticketId: ${items[index]?.ticketId} was never reserved` });
    return done(undefined, refusals);
  };

async function enter(reservation: Reservation, fills: string, stores: StartBackfillStores): Promise<void> {
  const { pool, matches, wake } = stores;
  const { ticketId } = reservation;
  const checked = await check(reservation, stores);
  const [players] = 'reason' in checked ? [] : await stores.rate([checked]);
  const match = (await matches.find([fills])).get(fills);
  const over = match && whyOver(match);
  const problem = 'reason' in checked ? checked : over && { reason: 'MatchOver', message: over };
  if (problem) await pool.refuse([{ ticketId, revision: reservation.revision, ...problem }]);
  else if (players && !('reason' in checked)) {
    const playing = await whoPlays(fills, players, stores);
    await pool.enterBackfill(ticketId, checked.pool, checked.timeoutMs, playing);
    await wake(checked.pool);
  }
}

async function check(
  { configuration, players: reserved }: Reservation,
  { configurations }: StartBackfillStores,
): Promise<Checked> {
  const invalid = (problems: readonly string[]) => ({
    reason: 'InvalidTicket',
    message: problems.join('; '),
  });
  const current = await configurations.current(configuration);
  if (!current) return invalid([`configuration: ${configuration} does not exist`]);
  const { limits, ratingAttributes: taken, ladder, requestTimeoutSeconds } = current.installed.configuration;
  const parsed = backfillPlayersWithin(limits).safeParse(JSON.parse(reserved));
  if (!parsed.success) return invalid(problemsOf(parsed.error, 'players'));
  const players = withoutRatings(parsed.data, taken);
  const problems = checkTicket(current.ruleSet, { players, backfill: true });
  if (problems.length > 0) return invalid(problems.map((it) => `${it.path}: ${it.message}`));
  const timeoutMs = requestTimeoutSeconds * 1_000;
  return { players, pool: current.poolOf(players), timeoutMs, taken, ladder };
}

function whyOver({ _id, status, result, succeeded_by: successor }: MatchRecord): string | undefined {
  if (successor) return `matchId: match ${_id} has been backfilled and goes on as ${successor}`;
  if (status === 'FAILED') return `matchId: match ${_id} failed and was never played`;
  return result ? `matchId: match ${_id} is over` : undefined;
}

/**
 * Whose latest match is another one stays out, unless that match is over: its result was reported, they left it, or nobody
 * has said anything of it for too long. The script checks again that nothing newer came.
 */
async function whoPlays(
  fills: string,
  players: readonly TicketPlayer[],
  { pool, matches }: StartBackfillStores,
): Promise<Playing[]> {
  const latest = await pool.latestMatches(players.map((player) => player.playerId));
  const elsewhere = latest.flatMap((it) => (it && it.matchId !== fills ? [it.matchId] : []));
  const found = elsewhere.length > 0 ? await matches.find([...new Set(elsewhere)]) : undefined;
  return players.map((player, index) => {
    const own = latest[index];
    const match = own && found?.get(own.matchId);
    const over =
      match &&
      (match.result !== undefined ||
        match.left?.includes(player.playerId) ||
        Date.now() - match.now > matchTtlMs);
    return { player, ...(over && { over: own.ticketId }) };
  });
}
