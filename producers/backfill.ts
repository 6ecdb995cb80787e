import { type BackfillRequest, backfillRequestWithin } from '../jobs/matchmaking/backfill.ts';
import { startBackfill } from '../jobs/matchmaking/start-backfill.ts';
import type { CallOptions } from './call.ts';
import { parse } from './parse.ts';
import { newTrace } from './queues.ts';
import type { openStarting, StartedTicket } from './starting.ts';
import type { Tickets } from './tickets.ts';
import type { Wake } from './wake.ts';

export interface BackfillParts {
  readonly starting: ReturnType<typeof openStarting>;
  readonly tickets: Tickets;
  readonly wake: Wake;
}

/** StartMatchBackfill. */
export function openBackfill({ starting, tickets, wake }: BackfillParts) {
  return {
    /**
     * Asks for company for a live match: services only. When this returns the ticket searches and an older one of the match is
     * CANCELLED. Players who are not in the match any more, or look for another one, are dropped from it. Stop it like any
     * ticket. A match that is over, is being placed, went on as another, or has a ticket whose players are being placed is
     * refused.
     */
    startBackfill: (request: BackfillRequest, options: CallOptions = {}): Promise<StartedTicket> => {
      let fills = '';
      return starting.start(request, options, {
        job: startBackfill,
        isBackfill: true,
        read(given, { installed }) {
          const asked = parse(backfillRequestWithin(installed.configuration.limits), given);
          fills = asked.matchId;
          return asked;
        },
        async send(ticket) {
          const trace = ticket.trace ?? newTrace();
          const { verdict, pool } = await tickets.backfill({ ...ticket, fills, trace });
          await wake(pool === undefined ? [] : [pool]);
          return verdict;
        },
      });
    },
  };
}
