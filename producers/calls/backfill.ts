import { backfillRequestWithin } from '../../jobs/matchmaking/backfill.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { newTrace } from '../queue/queues.ts';

/** StartMatchBackfill. */
export const backfillCalls = ({ starting, tickets, wake }: ClientParts) =>
  ({
    startBackfill(request, options = {}) {
      let fills = '';
      return starting.start(request, options, {
        call: 'startBackfill',
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
  }) satisfies Calls;
