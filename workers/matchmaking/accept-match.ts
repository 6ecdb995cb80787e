import { type Actor, done, refusalsOf } from '../../jobs/contract.ts';
import type { AcceptMatch } from '../../jobs/matchmaking/accept-match.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';

export interface AcceptStores {
  readonly pool: Pool;
  readonly wake: (pool: string) => Promise<void>;
  readonly handOver: (jobId: string, matchIds: readonly string[]) => Promise<void>;
  /** A match was decided at `now`, fleet time in ms, by its last acceptance. */
  readonly onDecided: (match: CommittedMatch, now: number) => void;
}

/**
 * Records answers one by one. What an answer sets off is in Redis before it is followed up here: should this process
 * die in between, the beat hands the decided match over and wakes the pool.
 */
export const acceptProposals =
  (stores: AcceptStores): Handler<AcceptMatch> =>
  async (items, { actor }) => {
    const reasons: (string | undefined)[] = [];
    for (const item of items) reasons.push(await answer(item, actor, stores));
    return done(undefined, refusalsOf(reasons));
  };

/** Returns why the answer was refused, if it was. */
async function answer(
  { ticketId, matchId, playerIds, acceptance }: AcceptMatch,
  actor: Actor,
  { pool, wake, handOver, onDecided }: AcceptStores,
): Promise<string | undefined> {
  if (actor.kind === 'player' && playerIds.some((id) => id !== actor.playerId))
    return 'playerIds: a player may answer only for themselves';
  const answered = await pool.accept(ticketId, matchId, acceptance, playerIds);
  switch (answered.outcome) {
    case 'recorded':
      return undefined;
    case 'decided':
      onDecided(answered.match, answered.now);
      await handOver(answered.jobId, [answered.match.matchId]);
      return undefined;
    case 'dropped':
      await wake(answered.pool);
      return undefined;
    // Somebody was faster: a rejection, the deadline, a stop. The ticket's status tells; it is nobody's failure.
    case 'not-proposed':
      return undefined;
    case 'stranger':
      return `playerIds: ${answered.playerId} is not in ticket ${ticketId}`;
  }
}
