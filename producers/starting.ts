import { randomUUID } from 'node:crypto';
import type { Actor, Job } from '../jobs/contract.ts';
import type { InstalledConfiguration } from '../jobs/matchmaking/configuration.ts';
import { withoutRatings } from '../jobs/matchmaking/rating-attributes.ts';
import { ticketProblems } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import {
  mostVersions,
  type Starting,
  type StartVerdict,
  startSettings,
} from '../jobs/matchmaking/start-call.ts';
import { startTarget } from '../jobs/matchmaking/start-request.ts';
import type { TicketPlayer } from '../jobs/matchmaking/ticket.ts';
import type { Admit } from './admission.ts';
import type { Call, CallOptions } from './call.ts';
import type { openConfigurations } from './configurations.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

/** A ticket as it stands when its start call returns. */
export type StartedTicket = {
  readonly ticketId: string;
  readonly status: 'SEARCHING';
  readonly startTime: string;
};

export interface StartingParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly queues: ProducerQueues;
}

type Found = Awaited<ReturnType<ReturnType<typeof openConfigurations>['find']>>;

/** How tickets of a kind are started. */
interface Kind {
  readonly job: Pick<Job, 'kind' | 'askedBy'>;
  /** What the caller gave, within the limits of the configuration. */
  readonly read: (
    found: Found & { readonly installed: InstalledConfiguration },
    actor: Actor,
  ) => { readonly ticketId?: string | undefined; readonly players: readonly TicketPlayer[] };
  readonly isBackfill: boolean;
  readonly send: (ticket: Starting) => Promise<StartVerdict>;
}

/** Starts tickets: each is checked against the configuration as this client knows it, which is read again where it is another by now. */
export const openStarting =
  ({ call, admit, configurations, queues }: StartingParts) =>
  (request: unknown, options: CallOptions, { job, read, isBackfill, send }: Kind): Promise<StartedTicket> =>
    call(job, options, async ({ actor, underWay }) => {
      const [madeId, callId] = [randomUUID(), randomUUID()];
      const { configuration } = parse(startTarget, request);
      for (let tries = 0; tries < mostVersions; tries++) {
        const found = await configurations.find(configuration);
        const { installed, ruleSet, poolOf } = found;
        if (!installed) throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
        const { ticketId = madeId, players: asked } = read({ ...found, installed }, actor);
        const players = withoutRatings(asked, installed.configuration.ratingAttributes);
        const problem = ruleSet && ticketProblems(ruleSet, { players, backfill: isBackfill });
        if (problem) throw new RequestError('invalid-request', problem);
        if (tries === 0) await admit({ underWay });
        const verdict = await send({
          ...{ ticketId, configuration, players, actor, callId },
          ...startSettings(installed),
          pool: poolOf(players),
          trace: queues.trace(),
        });
        if (verdict.kind === 'refused') throw new RequestError(verdict.as, verdict.reason);
        if (verdict.kind === 'searching')
          return { ticketId, status: 'SEARCHING', startTime: new Date(verdict.startTime).toISOString() };
        configurations.forget(configuration);
      }
      throw new RequestError('unavailable', 'configuration: it changes too fast; nothing was started');
    });
