import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { describeTickets } from '../../jobs/maintenance/jobs.ts';
import { fromStoredTickets } from '../../jobs/match/stored-tickets.ts';
import { connectionOf, type DescribedTicket, mayKnow } from '../../jobs/session/described-ticket.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import type { MatchRecord } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { TicketRecord } from '../records/ticket-record.ts';
import type { Tickets } from '../records/tickets.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface DescribeStores {
  readonly tickets: Pick<Tickets, 'find'>;
  readonly matches: Pick<Matches, 'find'>;
}

export const describeTicketsDuty: OpenDuty<DescribeStores> = (stores) =>
  duty(describeTickets, describeEnded(stores));

/**
 * Describes tickets as they ended, those with a match by what is stored of it: producers have no way to
 * DocumentDB.
 */
export const describeEnded =
  ({ tickets, matches }: DescribeStores): Handler<z.output<typeof describeTickets.item>> =>
  async ([item], { actor }) => {
    if (!item) return done([]);
    const records = await tickets.find(item.ticketIds);
    const claims = records.flatMap((record) => (isClaim(record) ? [record.match_id ?? ''] : []));
    const stored = await matches.find(claims);
    const described = records.flatMap((record) => describe(record, stored.get(record.match_id ?? '')));
    return done(described.filter((ticket) => mayKnow(actor, ticket)));
  };

/** A match has, or had, the ticket: an ending says why. */
const isClaim = ({ reason }: TicketRecord): boolean => reason === undefined;

/** Nothing for a claim of a match that is not stored: its ticket has not ended. */
function describe(record: TicketRecord, match: MatchRecord | undefined): DescribedTicket[] {
  if (!isClaim(record)) return [describeEnding(record)];
  return match ? [describeMatched(record, match)] : [];
}

function describeEnding(record: TicketRecord): DescribedTicket {
  const { reason, message, ended_at, match_id, fills } = record;
  return {
    ...common(record),
    ...(reason && { statusReason: reason }),
    ...(message && { statusMessage: message }),
    endTime: ended_at.toISOString(),
    ...(match_id !== undefined && { matchId: match_id }),
    ...(fills !== undefined && { fills }),
    players: record.players === undefined ? nameless(record) : JSON.parse(record.players),
  };
}

function describeMatched(record: TicketRecord, match: MatchRecord): DescribedTicket {
  const { _id: matchId, status, reason, message, created_at, backfill, game_session } = match;
  const [ticket] = fromStoredTickets(match.tickets.filter((it) => it.ticketId === record._id));
  const players = ticket?.players ?? nameless(record);
  return {
    ...common(record),
    status,
    ...(reason && { statusReason: reason }),
    ...(message && { statusMessage: message }),
    endTime: created_at.toISOString(),
    matchId,
    ...(backfill?.ticketId === record._id && { fills: backfill.matchId }),
    players,
    ...(game_session && { gameSessionConnectionInfo: connectionOf(game_session, players) }),
  };
}

const common = ({ _id, configuration, status, start_time }: TicketRecord) => ({
  ticketId: _id,
  configuration,
  status,
  startTime: start_time.toISOString(),
});

/** Players of whom only the id is on record. */
const nameless = ({ player_ids }: TicketRecord): TicketPlayer[] =>
  player_ids.map((playerId) => ({ playerId, attributes: {} }));
