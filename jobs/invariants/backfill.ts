import { isTerminal } from '../ticket/lifecycle.ts';
import type { Check, Finding } from './check.ts';
import { promisedCalls } from './diary.ts';
import { decidedIn } from './effects.ts';
import { gamesOf, presentIn } from './games.ts';
import type { Snapshot, StoredMatch } from './snapshot.ts';

/** Nobody's ticket fails because it was matched into a match that was over. */
export const nobodyJoinsAnOverMatch: Check = {
  invariant: 3,
  find: ({ tickets }) =>
    tickets
      .filter((ticket) => ticket.reason === 'MatchOver' && ticket.fills === undefined)
      .map(({ ticketId }) => ({
        subject: ticketId,
        story: `ticket ${ticketId} failed since it was matched into a match that was over`,
      })),
};

/** A match that is over wants no players. */
export const overMatchWantsNobody: Check = {
  invariant: 2,
  find({ tickets, matches }, diary) {
    const { byId, last, isLive } = gamesOf(matches);
    const reportedAt = new Map(
      promisedCalls(diary, 'report-result')
        .toReversed()
        .map(({ matchId, toldAt }) => [last(matchId)?._id ?? matchId, toldAt]),
    );
    return tickets.flatMap(({ ticketId, fills = '', status, start }) => {
      const match = byId.get(fills);
      if (!match) return [];
      const found = (what: string): Finding => ({
        subject: ticketId,
        story: `ticket ${ticketId} ${what} match ${fills}, which was over`,
      });
      if (diary.settled && !isTerminal(status) && !isLive(match)) return [found('still wants players for')];
      const overAt = diary.clockMoved ? undefined : reportedAt.get(match._id);
      return overAt !== undefined && start > overAt && status !== 'FAILED'
        ? [found('wanted players for')]
        : [];
    });
  },
};

/**
 * A live match below its maximum has an open backfill ticket where its configuration is AUTOMATIC. One whose
 * decision the queue has lost, with all of its tickets, gets none: the queue knows of no such match.
 */
export const shortMatchWantsPlayers: Check = {
  invariant: 4,
  find(held, { settled, takenBack }) {
    if (!settled) return [];
    const lost = decidedIn(takenBack);
    const wanting = new Set(held.tickets.filter((it) => !isTerminal(it.status)).map((it) => it.fills));
    const mostOf = openMostPlayers(held);
    const { isLive } = gamesOf(held.matches);
    return held.matches.flatMap((match) => {
      const most = mostOf(match);
      const present = presentIn(match).length;
      if (most === undefined || !isLive(match) || present === 0 || present >= most) return [];
      if (wanting.has(match._id) || held.live.get(match._id)?.quiet) return [];
      if (lost.has(match._id) && !held.live.has(match._id)) return [];
      const story = `match ${match._id} has ${present} of ${most} players and no backfill ticket`;
      return [{ subject: match._id, story }];
    });
  },
};

/**
 * How many players a match has at most where AUTOMATIC finds it company: by the rule set that it was decided
 * by.
 */
function openMostPlayers({ installed, ruleSets }: Snapshot): (match: StoredMatch) => number | undefined {
  const automatic = new Set(
    installed.flatMap(({ configuration: { name, backfillMode } }) =>
      backfillMode === 'AUTOMATIC' ? [name] : [],
    ),
  );
  const most = new Map(ruleSets.map(({ name, version, body }) => [`${name}@${version}`, largest(body)]));
  return ({ configuration, rule_set: { name, version } }) =>
    automatic.has(configuration) ? most.get(`${name}@${version}`) : undefined;
}

function largest(body: string): number {
  const { teams = [] } = JSON.parse(body) as { teams?: { maxPlayers: number; quantity?: number }[] };
  return teams.reduce((sum, { maxPlayers, quantity = 1 }) => sum + maxPlayers * quantity, 0);
}

/** A running match has at most one open backfill ticket. */
export const oneBackfillTicket: Check = {
  invariant: 2,
  find({ tickets }) {
    const open = tickets.filter((it) => it.fills !== undefined && !isTerminal(it.status));
    return [...Map.groupBy(open, (it) => it.fills ?? '')]
      .filter(([, own]) => own.length > 1)
      .map(([match, own]) => ({
        subject: match,
        story: `match ${match} has ${own.length} open backfill tickets: ${own.map((it) => it.ticketId).join(', ')}`,
      }));
  },
};
