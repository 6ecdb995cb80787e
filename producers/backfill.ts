import { randomUUID } from 'node:crypto';
import { type BackfillRequest, backfillRequestWithin } from '../jobs/matchmaking/backfill.ts';
import { withoutRatings } from '../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import { startBackfill } from '../jobs/matchmaking/start-backfill.ts';
import { startTarget } from '../jobs/matchmaking/start-request.ts';
import type { CallOptions } from './call.ts';
import type { MatchmakingParts, StartedTicket } from './matchmaking.ts';
import { parse } from './parse.ts';
import { newTrace } from './queues.ts';
import { RequestError } from './request-error.ts';

/** A reservation whose job could not be added is no promise kept back: the sweep adds the job within seconds. */
function unheard(error: unknown): never {
  throw new RequestError(
    'unavailable',
    'the queue Redis did not answer after reserving: the ticket may exist and start by itself; describe it, or stop it, before asking again',
    error,
  );
}

/** StartMatchBackfill. */
export function openBackfill({ call, admit, tickets, configurations, queues }: MatchmakingParts) {
  return {
    /**
     * Asks for company for a running match: services only. A newer request of the same match replaces an older one; players
     * who have left it meanwhile are dropped from the ticket. Stop it like any ticket.
     */
    startBackfill: (request: BackfillRequest, options: CallOptions = {}): Promise<StartedTicket> =>
      call(startBackfill, options, async ({ actor, underWay }) => {
        const { configuration } = parse(startTarget, request);
        const { installed, ruleSet } = await configurations.find(configuration);
        if (!installed) throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
        await admit({ underWay });
        const schema = backfillRequestWithin(installed.configuration.limits);
        const { ticketId = randomUUID(), matchId, players: asked } = parse(schema, request);
        const players = withoutRatings(asked, installed.configuration.ratingAttributes);
        const problems = ruleSet ? checkTicket(ruleSet, { players, backfill: true }) : [];
        if (problems.length > 0)
          throw new RequestError(
            'invalid-request',
            problems.map((it) => `${it.path}: ${it.message}`).join('; '),
          );
        const jobId = `start-backfill-${randomUUID()}`;
        const trace = queues.trace() ?? newTrace();
        const reserving = { ticketId, configuration, players, actor, fills: matchId, trace };
        const result = await tickets.reserve(jobId, reserving);
        if (result instanceof RequestError) throw result;
        await queues
          .add(startBackfill, [{ ticketId }], { kind: 'service', name: 'client' }, { jobId, traces: [trace] })
          .catch(unheard);
        return {
          ticketId,
          status: 'QUEUED',
          startTime: new Date(result.startTime).toISOString(),
        };
      }),
  };
}
