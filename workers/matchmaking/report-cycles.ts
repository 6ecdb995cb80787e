import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import type { DutyTools } from '../runtime/handler.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import type { CycleStores } from './cycle.ts';

export interface ServingStores {
  readonly tracer: Tracer;
}

/** Tells metrics, trace and log what cycles do. */
export function reportCycles(
  { tracer }: ServingStores,
  { metrics: { observe }, log }: Pick<DutyTools, 'metrics' | 'log'>,
): CycleStores['observe'] {
  const service = formMatches.queue;
  return {
    started: (configuration, count) => observe('TicketsStarted', count, { service, configuration }),
    ratingsAway: (configuration, err) =>
      log.warn({ configuration, err }, 'ratings cannot be read: tickets that wait for them are not matched'),
    committed(match, now) {
      const { configuration, tickets, backfill, asOf } = match;
      serveTickets(tracer, match);
      observe('MatchesCreated', 1, { service, configuration });
      // Those in a running match do not wait to play.
      for (const ticket of tickets.filter(({ ticketId }) => ticketId !== backfill?.ticketId))
        observe('MatchmakingTime', now - asOf + ticket.age, { service, configuration });
    },
    outboxFull: (configuration) => observe('CyclesPaused', 1, { service, configuration }),
    unready: (configuration, err) => log.error({ configuration, err }, 'configuration cannot run here'),
  };
}
