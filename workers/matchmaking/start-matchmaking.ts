import type { z } from 'zod';
import { withoutTaken } from '../../jobs/configuration/rating-attributes.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { startMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import type { StartVerdict } from '../../jobs/matchmaking/start-call.ts';
import { ticketProblems } from '../../jobs/rule-set/check-ticket.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type StartStores, startEach } from './start-each.ts';
import { wakePool } from './wake-pool.ts';

export const startMatchmakingDuty: OpenDuty<Omit<StartStores, 'wake'>> = (stores, { queues }) =>
  duty(startMatchmaking, startTickets({ ...stores, wake: wakePool(queues) }));

/** StartMatchmaking, enqueued. */
export const startTickets = (stores: StartStores): Handler<z.output<typeof startMatchmaking.item>> =>
  startEach(stores, {
    check({ players: given }, { party, ruleSet, installed }, actor) {
      const parsed = party.safeParse(given);
      if (!parsed.success) return problemsOf(parsed.error, 'players').join('; ');
      // A ticket of several would cancel the older tickets of players who did not ask for it.
      if (actor.kind === 'player' && parsed.data.some((player) => player.playerId !== actor.playerId))
        return 'players: a player may start only a ticket of their own';
      const players = withoutTaken(parsed.data, installed.configuration);
      return ticketProblems(ruleSet, { players }) ?? players;
    },
    async send(ticket) {
      const estimatedWait = (await stores.pool.activity.waitEstimate(ticket.configuration))?.p50;
      const { pools, verdicts } = await stores.pool.tickets.start([{ ...ticket, estimatedWait }]);
      return { verdict: verdicts[0] as StartVerdict, pools };
    },
  });
