import type { Check, Finding } from './check.ts';
import { type Games, gamesOf } from './games.ts';
import type { Snapshot, StoredMatch } from './snapshot.ts';

const endingEvents = new Set<string>([
  'MatchmakingSucceeded',
  'MatchmakingFailed',
  'MatchmakingCancelled',
  'MatchmakingTimedOut',
]);

/** Tickets that filled running matches. The record knows those that have left the queue store. */
const backfillIds = ({ tickets, claims, matches }: Snapshot) =>
  new Set([
    ...tickets.filter((it) => it.fills !== undefined).map((it) => it.ticketId),
    ...claims.filter((it) => it.fills !== undefined).map((it) => it._id),
    ...matches.flatMap((it) => it.backfill?.ticketId ?? []),
  ]);

/**
 * No player has two active tickets at any point of the event stream. Those whose start the store took back
 * are none.
 */
export const playerInOneTicket: Check = {
  invariant: 2,
  find(snapshot, { takenBack }) {
    const { tickets, events } = snapshot;
    const backfills = backfillIds(snapshot);
    const held = new Set(tickets.map((it) => it.ticketId));
    const lost = new Set(
      takenBack.flatMap((event) => event.tickets.map((it) => it.ticketId)).filter((id) => !held.has(id)),
    );
    const active = new Map<string, string>();
    const findings: Finding[] = [];
    for (const { type, tickets: own } of events)
      for (const { ticketId, playerIds } of own) {
        if (backfills.has(ticketId) || lost.has(ticketId)) continue;
        for (const playerId of playerIds) {
          const other = active.get(playerId);
          if (endingEvents.has(type)) {
            if (other === ticketId) active.delete(playerId);
            continue;
          }
          if (other !== undefined && other !== ticketId)
            findings.push({
              subject: playerId,
              story: `player ${playerId} is in tickets ${other} and ${ticketId} at once`,
            });
          active.set(playerId, ticketId);
        }
      }
    return findings;
  },
};

/**
 * No player is in two live matches by tickets of their own: a later match was decided before the earlier
 * one's result, by a ticket that was not asked for after the earlier one began, and the player had not left
 * that.
 */
export const playerInOneMatch: Check = {
  invariant: 2,
  find(snapshot) {
    const { matches } = snapshot;
    const backfills = backfillIds(snapshot);
    const latest = new Map<string, StoredMatch>();
    const findings: Finding[] = [];
    for (const match of played(matches))
      for (const ticket of match.tickets.filter((it) => !backfills.has(it.ticketId)))
        for (const { playerId } of ticket.players) {
          const earlier = latest.get(playerId);
          const over = earlier?.rated_at !== undefined && earlier.rated_at <= match.now;
          if (
            earlier &&
            !over &&
            !earlier.left?.includes(playerId) &&
            askedAt(ticket, match) < decidedAt(earlier)
          )
            findings.push(atOnce(playerId, earlier, match));
          latest.set(playerId, match);
        }
    return findings;
  },
};

/**
 * Nor by backfill: who is carried on into a match while a newer ticket of theirs was under way has left one
 * of the two before the other was decided.
 */
export const playerInOneMatchByBackfill: Check = {
  invariant: 2,
  find({ matches }) {
    const games = gamesOf(matches);
    const own = new Map<string, { match: StoredMatch; asked: number }[]>();
    const all = played(matches);
    for (const match of all)
      for (const ticket of match.tickets)
        if (ticket.ticketId !== match.backfill?.ticketId)
          for (const { playerId } of ticket.players)
            own.set(playerId, [...(own.get(playerId) ?? []), { match, asked: askedAt(ticket, match) }]);
    return all.flatMap((match) => {
      const before = games.byId.get(match.backfill?.matchId ?? '');
      if (!before) return [];
      return carriedOn(match).flatMap((playerId) =>
        (own.get(playerId) ?? [])
          .filter(
            ({ match: other, asked }) =>
              asked > decidedAt(before) &&
              asked <= decidedAt(match) &&
              areLiveAtOnce(playerId, match, other, games),
          )
          .map(({ match: other }) => atOnce(playerId, match, other)),
      );
    });
  },
};

/** Of two matches of a player the later one has the higher, also when a clock was set back between them. */
const decidedAt = ({ as_of, now }: StoredMatch): number => as_of ?? now;

const askedAt = ({ age, startTime }: StoredMatch['tickets'][number], { as_of }: StoredMatch): number =>
  as_of === undefined ? startTime : as_of - age;

const played = (matches: readonly StoredMatch[]) =>
  matches.filter((match) => match.status === 'COMPLETED').sort((a, b) => decidedAt(a) - decidedAt(b));

const carriedOn = ({ tickets, backfill }: StoredMatch): string[] =>
  tickets
    .filter((ticket) => ticket.ticketId === backfill?.ticketId)
    .flatMap((ticket) => ticket.players.map((player) => player.playerId));

function areLiveAtOnce(playerId: string, one: StoredMatch, other: StoredMatch, games: Games): boolean {
  const [mine, theirs] = [games.chain(one._id), games.chain(other._id)];
  if (mine.includes(other) || theirs.includes(one)) return false;
  const hasLeft = [...mine, ...theirs].some((match) => match.left?.includes(playerId));
  const endOf = (chain: readonly StoredMatch[]) => chain.at(-1)?.rated_at ?? Number.POSITIVE_INFINITY;
  return !hasLeft && one.now < endOf(theirs) && other.now < endOf(mine);
}

const atOnce = (playerId: string, one: StoredMatch, other: StoredMatch): Finding => ({
  subject: playerId,
  story: `player ${playerId} is in matches ${one._id} and ${other._id} at once`,
});
