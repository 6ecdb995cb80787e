import { type Asked, emptyDiary, type Diary as Told } from '../../../jobs/invariants/diary.ts';
import { gamesOf, playedIn } from '../../../jobs/invariants/games.ts';
import { type CheckName, judge, toLine } from '../../../jobs/invariants/judge.ts';
import type { HeldTicket, Snapshot, StoredMatch } from '../../../jobs/invariants/snapshot.ts';
import { isTerminal, leadsTo } from '../../../jobs/ticket/lifecycle.ts';
import { readSnapshot, type StoresOfDomain } from '../invariants/read-snapshot.ts';
import type { Diary } from './diary.ts';

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

/**
 * Compares what the client was promised with what the stores hold. Each problem names the invariant it
 * breaks.
 */
export async function judgeDemo(stores: StoresOfDomain, diary: Diary): Promise<Verdict> {
  const held = await readSnapshot(stores);
  const violations = judge(held, toldBy(diary));
  const countOf = (...names: CheckName[]) => violations.filter((it) => names.includes(it.check)).length;
  const tickets = held.tickets.filter((ticket) => diary.acknowledged.has(ticket.ticketId));
  const matches = held.matches.filter((match) => match.status === 'COMPLETED');
  return {
    sessions: held.sessions.length,
    tickets: tickets.length,
    ticketsByStatus: Object.fromEntries(
      [...Map.groupBy(tickets, (ticket) => ticket.status)].map(([status, all]) => [status, all.length]),
    ),
    matches: matches.filter((match) => !match.succeeded_by).length,
    backfilled: matches.filter((match) => match.backfill).length,
    proposals: Object.fromEntries(diary.proposals),
    playersInTwoMatches: countOf('player in one match', 'player in one match, backfill included'),
    lostTickets: diary.acknowledged.size - tickets.filter((ticket) => isTerminal(ticket.status)).length,
    ratingsExpected: expectedRatings(held, diary),
    ratingsApplied: held.ratingChanges.length,
    waitsMs: matches.flatMap((match) => joining(match).map((ticket) => ticket.age)),
    problems: [...violations.map((it) => `invariant ${toLine(it)}`), ...heardAmiss(tickets, diary)],
  };
}

/** The diary as the judge reads it. It knows what was promised, and not when. */
function toldBy({ acknowledged, sessions, reported }: Diary): Told {
  const now = Date.now();
  const asked: Asked[] = [
    ...[...acknowledged].map((ticketId) => ({
      kind: 'start' as const,
      ticketId,
      configuration: '',
      playerIds: [],
    })),
    ...[...sessions].map(([sessionId, playerId]) => ({
      kind: 'create-session' as const,
      sessionId,
      playerId,
    })),
    ...[...reported.keys()].map((matchId) => ({ kind: 'report-result' as const, matchId })),
  ];
  const calls = asked.map((it) => ({ ...it, askedAt: now, toldAt: now, told: 'yes' as const }));
  return { ...emptyDiary, calls };
}

/**
 * The client heard of each of its tickets what led to its status, in that order, and nothing is missing (8).
 */
const heardAmiss = (tickets: readonly HeldTicket[], { heard }: Diary): string[] =>
  tickets
    .map(({ ticketId, status }) => ({ ticketId, status, types: heard.get(ticketId) ?? [] }))
    .filter(({ status, types }) => !leadsTo(types, status))
    .map(({ ticketId, status, types }) => {
      const events = types.join(', ') || 'none';
      return `invariant 8: ticket ${ticketId} is ${status}, the events heard of it were ${events}`;
    });

/**
 * One change per player of every reported match; a result of a match that was backfilled is its successor's.
 */
function expectedRatings({ matches }: Snapshot, { reported }: Diary): number {
  const { last } = gamesOf(matches);
  const players = new Map<string, number>();
  for (const [matchId, count] of reported) {
    const match = last(matchId);
    const played = match && playedIn(match).reduce((sum, team) => sum + team.playerIds.length, 0);
    players.set(match?._id ?? matchId, played ?? count);
  }
  return [...players.values()].reduce((sum, count) => sum + count, 0);
}

/** The tickets whose players a match won: all but the one of the running match it goes on from. */
const joining = ({ tickets, backfill }: StoredMatch) =>
  tickets.filter((ticket) => ticket.ticketId !== backfill?.ticketId);
