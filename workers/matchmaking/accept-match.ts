import { type Actor, doneEach, refusalsOf } from '../../jobs/contract.ts';
import type { Answered } from '../../jobs/matchmaking/accept-call.ts';
import { type AcceptMatch, acceptMatch } from '../../jobs/matchmaking/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakePool } from './wake-pool.ts';

export interface AcceptStores {
  readonly pool: Pool;
  readonly wake: (pool: string) => Promise<void>;
}

export const acceptMatchDuty: OpenDuty<Omit<AcceptStores, 'wake'>> = ({ pool }, { queues }) =>
  duty(acceptMatch, acceptProposals({ pool, wake: wakePool(queues) }));

/**
 * Records answers one by one. What an answer sets off is in Redis before its pool is woken: should this
 * process die in between, the beat wakes it.
 */
export const acceptProposals =
  ({ pool, wake }: AcceptStores): Handler<AcceptMatch> =>
  async (items, { actor }) => {
    const reasons: (string | undefined)[] = [];
    const results: { ticketId: string; outcome: string }[] = [];
    for (const item of items) {
      const answered: Answered = mayAnswer(item, actor)
        ? await pool.tickets.accept(item)
        : { outcome: 'stranger', detail: '' };
      if ('pool' in answered) await wake(answered.pool);
      results.push({ ticketId: item.ticketId, outcome: answered.outcome });
      reasons.push(reasonOf(answered, item));
    }
    return doneEach(results, refusalsOf(reasons));
  };

const mayAnswer = ({ playerIds }: AcceptMatch, actor: Actor): boolean =>
  actor.kind === 'service' || playerIds.every((id) => id === actor.playerId);

/**
 * Where somebody was faster (a rejection, the deadline, a stop) the ticket's status tells: it is nobody's
 * failure.
 */
function reasonOf(answered: Answered, { ticketId }: AcceptMatch): string | undefined {
  if (answered.outcome === 'missing') return `ticketId: there is no ticket ${ticketId}`;
  if (answered.outcome !== 'stranger') return undefined;
  return answered.detail
    ? `playerIds: ${answered.detail} is not in ticket ${ticketId}`
    : 'playerIds: a player may answer only for themselves';
}
