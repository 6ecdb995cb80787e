import { expect } from 'vitest';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { aMatch, aTicket } from './builders.ts';
import type { Fleet } from './fleet.ts';

/**
 * The steps by which two players get to a match, taken by hand. Tickets are named after their only players.
 */
export const duelSteps = (fleet: Fleet, ann: string, bob: string) => ({
  /** What a producer does. */
  start: () => fleet.producerTickets.start([aTicket(ann), aTicket(bob)]),

  /** What a cycle does: the match `match`, to be carried by the job `start-match-job`. */
  async commit(): Promise<CommittedMatch> {
    const { tickets } = await fleet.stores.pool.mirror.readPool('duel', 0, 10);
    const match = { ...aMatch('match', tickets), now: Date.now(), asOf: Date.now() };
    const revisions = tickets.map((ticket) => ticket.revision);
    const { verdicts } = await fleet.stores.pool.matches.commit('duel', [
      { match, jobId: 'start-match-job', revisions, ruleEvaluations: [] },
    ]);
    expect(verdicts).toEqual(['committed']);
    return match;
  },
});
