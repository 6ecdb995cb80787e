import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Tracer } from './tracer.ts';

type Served = Pick<CommittedMatch, 'matchId' | 'configuration'> & {
  readonly tickets: readonly Pick<CommittedMatch['tickets'][number], 'ticketId' | 'trace'>[];
};

/**
 * Lets the current segment serve every ticket of a match: the trace that began a ticket shows all that was
 * done for it.
 */
export function serveTickets(tracer: Tracer, { matchId: match, configuration, tickets }: Served): void {
  for (const { trace, ticketId: ticket } of tickets) tracer.serve(trace, { ticket, match, configuration });
}
