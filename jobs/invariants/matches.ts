import { type Check, type Finding, isTerminal } from './check.ts';
import type { StoredMatch } from './snapshot.ts';

/** By ticket the match that took it; of two the later in the list. */
function matchesByTicket(matches: readonly StoredMatch[]): Map<string, string> {
  const played = matches.filter((match) => match.status === 'COMPLETED');
  return new Map(played.flatMap((match) => match.tickets.map((it) => [it.ticketId, match._id] as const)));
}

/** A ticket is in one match. */
export const ticketInOneMatch: Check = {
  invariant: 2,
  find({ matches, claims }) {
    const matchOf = new Map<string, string>();
    const findings: Finding[] = [];
    for (const { _id, status, tickets } of matches)
      for (const { ticketId } of status === 'COMPLETED' ? tickets : []) {
        const other = matchOf.get(ticketId);
        if (other)
          findings.push({ subject: ticketId, story: `ticket ${ticketId} is in matches ${other} and ${_id}` });
        matchOf.set(ticketId, _id);
      }
    for (const { _id, status, match_id } of claims) {
      const stored = matchOf.get(_id);
      if (status === 'COMPLETED' && stored && stored !== match_id)
        findings.push({ subject: _id, story: `ticket ${_id} is claimed by ${match_id}, in ${stored}` });
    }
    return findings;
  },
};

/** A match has all of its tickets, and a ticket that ended in a match is in it. */
export const matchWhole: Check = {
  invariant: 3,
  find({ tickets, matches }) {
    const matchOf = matchesByTicket(matches);
    return tickets.flatMap(({ ticketId, status, matchId }) => {
      const stored = matchOf.get(ticketId);
      if (status === 'COMPLETED' && stored !== matchId)
        return [
          {
            subject: ticketId,
            story: `ticket ${ticketId} ended in match ${matchId}, the record says ${stored ?? 'none'}`,
          },
        ];
      if (isTerminal(status) && status !== 'COMPLETED' && stored)
        return [{ subject: ticketId, story: `match ${stored} took ticket ${ticketId}, which is ${status}` }];
      return [];
    });
  },
};
