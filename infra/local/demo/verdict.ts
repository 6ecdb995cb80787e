import type { Db } from 'mongodb';
import type { DescribedTicket } from '../../../jobs/matchmaking/described-ticket.ts';
import type { CommittedMatch } from '../../../jobs/matchmaking/match.ts';
import type { MatchmakingClient } from '../../../producers/client.ts';
import type { Diary } from './diary.ts';
import { leadsTo } from './lifecycle.ts';

/** What the stores say in the end, and every invariant of the design they break. */
export interface Verdict {
  readonly sessions: number;
  readonly tickets: number;
  readonly ticketsByStatus: Readonly<Record<string, number>>;
  /** Matches played: one that was backfilled counts once, however often it grew. */
  readonly matches: number;
  /** How often players joined a running match, and how proposals ended. */
  readonly backfilled: number;
  readonly proposals: Readonly<Record<string, number>>;
  readonly playersInTwoMatches: number;
  readonly lostTickets: number;
  readonly ratingsExpected: number;
  readonly ratingsApplied: number;
  readonly waitsMs: readonly number[];
  readonly problems: readonly string[];
}

/** The fields of a `matches` document the check needs. */
interface StoredMatch {
  readonly _id: string;
  readonly status: string;
  readonly now: number;
  readonly rated_at?: Date;
  readonly tickets: CommittedMatch['tickets'];
  readonly teams: CommittedMatch['teams'];
  readonly backfill?: CommittedMatch['backfill'];
  /** Who played and had left before the match was backfilled: rated all the same. */
  readonly departed?: CommittedMatch['teams'];
  readonly succeeded_by?: string;
}

const terminal = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

/** Compares what the client was promised with what the stores hold. Each problem names the invariant it breaks. */
export async function judge(db: Db, client: MatchmakingClient, diary: Diary): Promise<Verdict> {
  const [tickets, matches, sessions, ratingsApplied] = await Promise.all([
    describeAll(client, [...diary.acknowledged]),
    db.collection<StoredMatch>('matches').find({ status: 'COMPLETED' }).sort({ now: 1, _id: 1 }).toArray(),
    db.collection('sessions').countDocuments(),
    db.collection('rating_changes').countDocuments(),
  ]);
  const ended = tickets.filter((ticket) => terminal.has(ticket.status));
  const lostTickets = diary.acknowledged.size - ended.length;
  const playersInTwoMatches = countOverlaps(matches);
  const ratingsExpected = expectedRatings(matches, diary);
  const problems = [
    lostTickets > 0 && `invariant 1: ${lostTickets} acknowledged tickets have no terminal status`,
    playersInTwoMatches > 0 && `invariant 2: ${playersInTwoMatches} times a player was in two live matches`,
    ...ticketProblems(tickets, matches),
    sessions !== diary.sessions.size && `sessions: ${diary.sessions.size} created, ${sessions} stored`,
    ratingsApplied !== ratingsExpected &&
      `invariant 5: ${ratingsExpected} rating changes expected, ${ratingsApplied} applied`,
    ...eventProblems(tickets, diary),
  ].filter((problem) => problem !== false);
  return {
    sessions,
    tickets: tickets.length,
    ticketsByStatus: Object.fromEntries(
      Object.entries(Object.groupBy(tickets, (ticket) => ticket.status)).map(([status, all]) => [
        status,
        all?.length ?? 0,
      ]),
    ),
    matches: matches.filter((match) => !match.succeeded_by).length,
    backfilled: matches.filter((match) => match.backfill).length,
    proposals: Object.fromEntries(diary.proposals),
    playersInTwoMatches,
    lostTickets,
    ratingsExpected,
    ratingsApplied,
    waitsMs: matches.flatMap((match) => joining(match).map((ticket) => match.now - ticket.startTime)),
    problems,
  };
}

/** One change per player of every reported match; a result of a match that was backfilled is its successor's. */
function expectedRatings(matches: readonly StoredMatch[], { reported }: Diary): number {
  const stored = new Map(matches.map((match) => [match._id, match]));
  const players = new Map<string, number>();
  for (const [matchId, count] of reported) {
    let match = stored.get(matchId);
    while (match?.succeeded_by && stored.has(match.succeeded_by)) match = stored.get(match.succeeded_by);
    const teams = match && [...match.teams, ...(match.departed ?? [])];
    const playing = teams?.reduce((sum, team) => sum + team.playerIds.length, 0);
    players.set(match?._id ?? matchId, playing ?? count);
  }
  return [...players.values()].reduce((sum, count) => sum + count, 0);
}

async function describeAll(
  client: MatchmakingClient,
  ticketIds: readonly string[],
): Promise<DescribedTicket[]> {
  const found: DescribedTicket[] = [];
  for (let at = 0; at < ticketIds.length; at += 100)
    found.push(...(await client.describeMatchmaking(ticketIds.slice(at, at + 100))));
  return found;
}

/** The tickets whose players a match won: all but the one of the running match it goes on from. */
const joining = ({ tickets, backfill }: StoredMatch) =>
  tickets.filter((ticket) => ticket.ticketId !== backfill?.ticketId);

/**
 * How often a player was in two live matches (invariant 2): the later match was committed before the earlier one's
 * result, from a ticket that was not started after the earlier one began. Who was playing goes on in the backfilled match.
 */
function countOverlaps(matches: readonly StoredMatch[]): number {
  const latest = new Map<string, StoredMatch>();
  let overlaps = 0;
  for (const match of matches)
    for (const ticket of match.tickets)
      for (const { playerId } of ticket.players) {
        const earlier = latest.get(playerId);
        const goesOn = ticket.ticketId === match.backfill?.ticketId;
        const live =
          !goesOn && earlier && (earlier.rated_at === undefined || earlier.rated_at.getTime() > match.now);
        if (live && ticket.startTime <= earlier.now) overlaps++;
        // A game began with its first match: who starts a newer ticket after that has left it.
        latest.set(playerId, goesOn && earlier ? { ...match, now: earlier.now } : match);
      }
  return overlaps;
}

/** A match takes all of its tickets (3), a ticket is in at most one match (2), and COMPLETED means stored (4). */
function ticketProblems(tickets: readonly DescribedTicket[], matches: readonly StoredMatch[]): string[] {
  const matchOf = new Map<string, string>();
  const problems: string[] = [];
  for (const match of matches)
    for (const { ticketId } of match.tickets) {
      if (matchOf.has(ticketId)) problems.push(`invariant 2: ticket ${ticketId} is in two matches`);
      matchOf.set(ticketId, match._id);
    }
  for (const { ticketId, status, matchId } of tickets) {
    const stored = matchOf.get(ticketId);
    if (status === 'COMPLETED' && stored !== matchId)
      problems.push(
        `invariant 4: ticket ${ticketId} is COMPLETED by match ${matchId}, stored is ${stored ?? 'none'}`,
      );
    if (status !== 'COMPLETED' && stored)
      problems.push(`invariant 3: match ${stored} took ticket ${ticketId}, which is ${status}`);
  }
  return problems;
}

/** Events of one ticket come in lifecycle order and none is missing (8). */
function eventProblems(tickets: readonly DescribedTicket[], diary: Diary): string[] {
  return tickets.flatMap(({ ticketId, status }) => {
    const heard = diary.heard.get(ticketId) ?? [];
    return leadsTo(heard, status)
      ? []
      : [`invariant 8: ticket ${ticketId} is ${status}, its events were ${heard.join(', ') || 'none'}`];
  });
}
