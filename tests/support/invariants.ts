import { leadsTo } from '../../infra/local/demo/lifecycle.ts';
import type { MatchmakingEvent } from '../../jobs/matchmaking/event.ts';
import { type MatchRecord, playedTeams } from '../../workers/records/matches.ts';
import type { PlayerRecord } from '../../workers/records/players.ts';
import type { RatingChangeRecord } from '../../workers/records/rating-changes.ts';
import { violations } from '../unit/engine/naive-checker.ts';
import { type HeldTicket, type Holdings, readHoldings, type StoresOfDomain } from './holdings.ts';

/** What somebody was promised: the producers' side of the story. */
export interface Promises {
  /** Tickets whose start was acknowledged. Default: those the stores know of. */
  readonly tickets?: Iterable<string>;
  /** Matches whose result was acknowledged. Default: those that have a result. */
  readonly results?: Iterable<string>;
  /** Whether everything has come to its end: no ticket may be under way. Default: yes. */
  readonly settled?: boolean;
}

/**
 * Every invariant of DESIGN.md section 6 that the stores of a domain show to be broken, one line each with its number and
 * what it was seen on; empty when all is well. Nothing is taken from a worker's or a producer's word but the promises.
 * Invariant 7 shows as a break of 2 or 3, invariant 9 as a break of any; 10 is the engine's alone.
 */
export async function brokenInvariants(stores: StoresOfDomain, promises: Promises = {}): Promise<string[]> {
  return judgeHoldings(await readHoldings(stores), promises);
}

/** The same, of holdings that were read. */
export function judgeHoldings(held: Holdings, promises: Promises = {}): string[] {
  return [
    ...lostTickets(held, promises),
    ...misplacedTickets(held),
    ...playersTwice(held),
    ...tornMatches(held),
    ...effectsNotOnce(held, promises),
    ...ratingsNotOnce(held, promises),
    ...brokenRuleSets(held),
    ...eventsAstray(held),
  ];
}

const endings = new Set<string>(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);
const endingEvents = new Set<string>([
  'MatchmakingSucceeded',
  'MatchmakingFailed',
  'MatchmakingCancelled',
  'MatchmakingTimedOut',
]);
const isEnded = (ticket: HeldTicket) => endings.has(ticket.status);
const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

/** 1: an acknowledged ticket is there, and has ended when everything has. */
function lostTickets({ tickets }: Holdings, { tickets: promised = [], settled = true }: Promises): string[] {
  const byId = new Map(tickets.map((ticket) => [ticket.ticketId, ticket]));
  const gone = [...promised].filter((id) => !byId.has(id)).map((id) => `1: ticket ${id} is gone`);
  const open = settled ? tickets.filter((ticket) => !isEnded(ticket)) : [];
  return [...gone, ...open.map((it) => `1: ticket ${it.ticketId} is still ${it.status}`)];
}

/** 1: a ticket that waits stands where somebody will find it, and nobody else stands there. */
function misplacedTickets({ tickets, pools, reservations, proposals, outbox }: Holdings): string[] {
  const pooled = new Map([...pools].flatMap(([pool, ids]) => ids.map((id) => [id, pool] as const)));
  const reserved = new Set(reservations);
  const [proposed, decided] = [new Set(proposals), new Set(outbox)];
  return tickets.flatMap(({ ticketId, status, pool, matchId }) => [
    ...((status === 'SEARCHING') !== pooled.has(ticketId) ||
    (pooled.has(ticketId) && pooled.get(ticketId) !== pool)
      ? [`1: ticket ${ticketId} is ${status} of pool ${pool} and stands in ${pooled.get(ticketId) ?? 'none'}`]
      : []),
    ...((status === 'QUEUED') !== reserved.has(ticketId)
      ? [`1: ticket ${ticketId} is ${status} and ${reserved.has(ticketId) ? 'still' : 'not'} reserved`]
      : []),
    ...(status === 'REQUIRES_ACCEPTANCE' && !proposed.has(matchId)
      ? [`1: ticket ${ticketId} is asked about match ${matchId}, which nobody proposes`]
      : []),
    ...(status === 'PLACING' && !decided.has(matchId)
      ? [`1: ticket ${ticketId} is placed by match ${matchId}, which is not in the outbox`]
      : []),
  ]);
}

/** 2: no player has two active tickets at any point of the event stream, or is in two live matches. */
function playersTwice({ tickets, events, matches }: Holdings): string[] {
  const backfills = new Set(tickets.filter((it) => it.backfill).map((it) => it.ticketId));
  const active = new Map<string, string>();
  const problems: string[] = [];
  for (const { detail } of events)
    for (const { ticketId, players } of detail.tickets) {
      if (backfills.has(ticketId)) continue;
      for (const { playerId } of players) {
        const other = active.get(playerId);
        if (endingEvents.has(detail.type)) {
          if (other === ticketId) active.delete(playerId);
        } else {
          if (other !== undefined && other !== ticketId)
            problems.push(`2: player ${playerId} is in tickets ${other} and ${ticketId} at once`);
          active.set(playerId, ticketId);
        }
      }
    }
  return [...problems, ...overlaps(matches, backfills)];
}

/**
 * A later match of a player was decided before the earlier one's result, by a ticket that was not asked for after the
 * earlier one began; and the player had not left that.
 */
function overlaps(matches: readonly MatchRecord[], backfills: ReadonlySet<string>): string[] {
  const latest = new Map<string, MatchRecord>();
  const problems: string[] = [];
  const played = matches.filter((match) => match.status === 'COMPLETED').sort((a, b) => a.now - b.now);
  for (const match of played)
    for (const ticket of match.tickets.filter((it) => !backfills.has(it.ticketId)))
      for (const { playerId } of ticket.players) {
        const earlier = latest.get(playerId);
        const over = earlier?.rated_at && earlier.rated_at.getTime() <= match.now;
        if (earlier && !over && !earlier.left?.includes(playerId) && ticket.startTime <= earlier.now)
          problems.push(`2: player ${playerId} is in matches ${earlier._id} and ${match._id} at once`);
        latest.set(playerId, match);
      }
  return problems;
}

/** 2, 3: a match has all of its tickets, and a ticket one match, in Redis, in the record and in the claims. */
function tornMatches({ tickets, matches, claims }: Holdings): string[] {
  const matchOf = new Map<string, string>();
  const problems: string[] = [];
  for (const { _id, tickets: members } of matches.filter((it) => it.status === 'COMPLETED'))
    for (const { ticketId } of members) {
      const other = matchOf.get(ticketId);
      if (other) problems.push(`2: ticket ${ticketId} is in matches ${other} and ${_id}`);
      matchOf.set(ticketId, _id);
    }
  for (const { ticketId, status, matchId } of tickets) {
    const stored = matchOf.get(ticketId);
    if (status === 'COMPLETED' && stored !== matchId)
      problems.push(`3: ticket ${ticketId} ended in match ${matchId}, the record says ${stored ?? 'none'}`);
    if (endings.has(status) && status !== 'COMPLETED' && stored)
      problems.push(`3: match ${stored} took ticket ${ticketId}, which is ${status}`);
  }
  for (const claim of claims.filter((it) => it.status === 'COMPLETED' && matchOf.has(it._id)))
    if (matchOf.get(claim._id) !== claim.match_id)
      problems.push(`2: ticket ${claim._id} is claimed by ${claim.match_id}, in ${matchOf.get(claim._id)}`);
  return problems;
}

const matchIdOf = ({ detail }: MatchmakingEvent) => String(detail['matchId'] ?? '');

/** 4: every decided match was recorded once and told once, nothing else was, and none waits any more. */
function effectsNotOnce({ events, matches, outbox, eventsComplete }: Holdings, { settled = true }: Promises) {
  const decided = events.filter(
    ({ detail }) =>
      (detail.type === 'PotentialMatchCreated' && detail['acceptanceRequired'] === false) ||
      (detail.type === 'AcceptMatchCompleted' && detail['acceptance'] === 'Accepted'),
  );
  const ids = new Set(decided.map(matchIdOf));
  const told = Map.groupBy(
    events.filter(
      ({ detail }) => /Succeeded|Failed/.test(detail.type) && matchIdOf({ detail } as MatchmakingEvent),
    ),
    matchIdOf,
  );
  const recorded = new Map(matches.map((match) => [match._id, match]));
  const problems = [
    ...(decided.length !== ids.size ? [`4: ${decided.length} decisions of ${ids.size} matches`] : []),
    ...(settled ? outbox.map((id) => `4: match ${id} is still in the outbox`) : []),
  ];
  for (const id of ids) {
    const endings = told.get(id) ?? [];
    const open = !settled && outbox.includes(id);
    if (!open && endings.length !== 1) problems.push(`4: match ${id} ended ${times(endings.length)}`);
    if (endings[0]?.detail.type === 'MatchmakingSucceeded' && recorded.get(id)?.status !== 'COMPLETED')
      problems.push(`4: match ${id} succeeded and is ${recorded.get(id)?.status ?? 'not'} recorded`);
  }
  if (eventsComplete)
    for (const id of recorded.keys())
      if (!ids.has(id)) problems.push(`4: match ${id} was recorded, not decided`);
  return problems;
}

/** 5: what is rated is rated once for each of its players, in the order in which their matches were rated. */
function ratingsNotOnce(held: Holdings, { results = [] }: Promises): string[] {
  const { matches, players, ratingChanges } = held;
  const byMatch = Map.groupBy(ratingChanges, (change) => change.match_id);
  const byId = new Map(matches.map((match) => [match._id, match]));
  // A result of a match that went on as another is that one's.
  const inTheEnd = (id: string): string => {
    const successor = byId.get(id)?.succeeded_by;
    return successor && byId.has(successor) ? inTheEnd(successor) : id;
  };
  const due = new Set([
    ...[...results].map(inTheEnd),
    ...matches.filter((it) => it.result).map((it) => it._id),
  ]);
  const problems: string[] = [];
  for (const id of due) {
    const first = (byMatch.get(id) ?? []).filter((change) => change.revision === 0);
    const match = byId.get(id);
    const wanted = match ? playedTeams(match).flatMap((team) => team.playerIds) : [];
    if (
      first
        .map((it) => it.player_id)
        .sort()
        .join() !== [...wanted].sort().join()
    )
      problems.push(`5: match ${id} of ${wanted.length} players changed the ratings of ${first.length}`);
  }
  for (const id of byMatch.keys())
    if (!due.has(id)) problems.push(`5: match ${id} was rated without a result`);
  const byPlayer = Map.groupBy(ratingChanges, (change) => change.player_id);
  for (const player of players) {
    const changes = byPlayer.get(player._id) ?? [];
    const games = new Set(changes.map((change) => `${change.ladder} ${change.match_id}`)).size;
    if (player.profile.games_played !== games)
      problems.push(
        `5: player ${player._id} played ${player.profile.games_played} games, rated were ${games}`,
      );
    for (const [ladder, own] of Map.groupBy(changes, (change) => change.ladder))
      if (!isChain(player, ladder, own, byId))
        problems.push(`5: the history of player ${player._id} is broken`);
  }
  return problems;
}

/** Each change begins where the one before it ended, in the order of the ladder; a ladder rated again has two histories. */
function isChain(
  player: PlayerRecord,
  ladder: string,
  changes: readonly RatingChangeRecord[],
  matches: ReadonlyMap<string, MatchRecord>,
): boolean {
  if (changes.some((change) => change.revision > 0)) return true;
  const chain = changes.toSorted((a, b) => a.after.version - b.after.version);
  const moment = (change: RatingChangeRecord | undefined) =>
    matches.get(change?.match_id ?? '')?.ladder_time ?? 0;
  return (
    chain.every(
      (change, at) =>
        change.after.version === at + 1 &&
        change.before.version === at &&
        change.before.mu === (chain[at - 1]?.after.mu ?? change.before.mu) &&
        moment(chain[at - 1]) <= moment(change),
    ) && player.ratings[ladder]?.mu === chain.at(-1)?.after.mu
  );
}

/** 6: every match satisfies its rule set as of its cycle, by the checker that shares no code with the engine. */
function brokenRuleSets({ matches, ruleSets }: Holdings): string[] {
  return matches.flatMap(({ _id, rule_set, tickets, teams, now, backfill }) => {
    const body = ruleSets.get(`${rule_set.name}@${rule_set.version}`);
    if (!body)
      return [`6: match ${_id} names rule set ${rule_set.name}@${rule_set.version}, which is not there`];
    const members = tickets.map((it) =>
      it.ticketId === backfill?.ticketId ? { ...it, backfill: true } : it,
    );
    return violations(JSON.parse(body), { tickets: members, teams }, now).map(
      (wrong) => `6: match ${_id}: ${wrong}`,
    );
  });
}

/** 8: a ticket's events lead to its status. */
function eventsAstray({ tickets, events, eventsComplete }: Holdings): string[] {
  if (!eventsComplete) return ['8: events are missing from the stream'];
  const heard = Map.groupBy(
    events.flatMap(({ detail }) => detail.tickets.map(({ ticketId }) => ({ ticketId, type: detail.type }))),
    (it) => it.ticketId,
  );
  return tickets.flatMap(({ ticketId, status }) => {
    const types = (heard.get(ticketId) ?? []).map((it) => it.type);
    return leadsTo(types, status)
      ? []
      : [`8: ticket ${ticketId} is ${status}, its events were ${types.join(', ') || 'none'}`];
  });
}
