import { isTerminal } from '../ticket/lifecycle.ts';
import type { Check, Finding } from './check.ts';
import { timesStarted } from './diary.ts';
import type { StoredMatch } from './snapshot.ts';

/**
 * The matches that took each ticket, the first first. A ticket id may have been used again, and the clock
 * have gone back in between: which ticket is the later one tells its sequence.
 */
function matchesByTicket(matches: readonly StoredMatch[]): Map<string, string[]> {
  const taken = matches
    .filter((match) => match.status === 'COMPLETED')
    .flatMap(({ _id, now, tickets }) =>
      tickets.map(({ ticketId, sequence }) => ({ matchId: _id, now, ticketId, sequence })),
    )
    .sort((a, b) => a.sequence - b.sequence || a.now - b.now);
  const byTicket = Map.groupBy(taken, (it) => it.ticketId);
  return new Map([...byTicket].map(([ticketId, all]) => [ticketId, all.map((it) => it.matchId)]));
}

/** A ticket is in one match. */
export const ticketInOneMatch: Check = {
  invariant: 2,
  find({ matches, claims }, diary) {
    const started = timesStarted(diary);
    const taken = matchesByTicket(matches);
    const twice = [...taken]
      .filter(([ticketId, ids]) => ids.length > Math.max(1, started.get(ticketId) ?? 1))
      .map(([ticketId, ids]) => ({
        subject: ticketId,
        story: `ticket ${ticketId} is in matches ${ids.join(' and ')}`,
      }));
    // An id that was used again on another day has a claim for each.
    const claimsOf = Map.groupBy(
      claims.filter(({ status }) => status === 'COMPLETED'),
      ({ _id }) => _id,
    );
    const claimed = [...claimsOf].flatMap(([ticketId, all]): Finding[] => {
      const last = taken.get(ticketId)?.at(-1);
      const claimants = all.map((it) => it.match_id);
      if (last === undefined || claimants.includes(last)) return [];
      return [
        {
          subject: ticketId,
          story: `ticket ${ticketId} is claimed by ${claimants.join(' and ')}, in ${last}`,
        },
      ];
    });
    return [...twice, ...claimed];
  },
};

/** A match has all of its tickets, and a ticket that ended in a match is in it. */
export const matchWhole: Check = {
  invariant: 3,
  find({ tickets, matches }, diary) {
    const started = timesStarted(diary);
    const taken = matchesByTicket(matches);
    return tickets.flatMap(({ ticketId, status, matchId }) => {
      const ids = taken.get(ticketId) ?? [];
      const last = ids.at(-1);
      if (status === 'COMPLETED' && last !== matchId)
        return [
          {
            subject: ticketId,
            story: `ticket ${ticketId} ended in match ${matchId}, the record says ${last ?? 'none'}`,
          },
        ];
      // An earlier ticket of the same id may have been in a match.
      const earlier = (started.get(ticketId) ?? 1) - 1;
      if (isTerminal(status) && status !== 'COMPLETED' && ids.length > earlier)
        return [{ subject: ticketId, story: `match ${last} took ticket ${ticketId}, which is ${status}` }];
      return [];
    });
  },
};
