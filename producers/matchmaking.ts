import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { coalesce } from '../jobs/coalesce.ts';
import { type Actor, maxEnvelopeBytes, maxItems } from '../jobs/contract.ts';
import { type AcceptMatch, acceptMatch } from '../jobs/matchmaking/accept-match.ts';
import { ticketId as ticketIdSchema } from '../jobs/matchmaking/configuration.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import { withoutRatings } from '../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import type { RuleSet } from '../jobs/matchmaking/rule-set/rule-set.ts';
import { startMatchmaking } from '../jobs/matchmaking/start-matchmaking.ts';
import { type StartRequest, startTarget } from '../jobs/matchmaking/start-request.ts';
import { stopMatchmaking } from '../jobs/matchmaking/stop-matchmaking.ts';
import type { TicketPlayer } from '../jobs/matchmaking/ticket.ts';
import type { Admit } from './admission.ts';
import { batchesInFlight } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import type { openConfigurations } from './configurations.ts';
import type { ActivityReader } from './live/activity.ts';
import { parse } from './parse.ts';
import { newTrace, type ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';
import { startReserved } from './start-reserved.ts';
import type { Reserved, Reserving, TicketReader } from './tickets.ts';

const ticketIds = z.array(ticketIdSchema).min(1).max(100, 'at most 100 ticket ids');

/** Where a ticket has ended and nothing can be stopped any more. */
const terminal = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

export interface MatchmakingParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly tickets: TicketReader;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly activity: ActivityReader;
  readonly queues: ProducerQueues;
}

/** A ticket as it stands when its start call returns. */
export type StartedTicket = {
  readonly ticketId: string;
  /** `CANCELLED` when a stop came first. */
  readonly status: 'QUEUED' | 'CANCELLED';
  readonly startTime: string;
};

/** Whether a reservation waits for its job: it was made, and no stop came first. */
const isWaiting = (result: Reserved | RequestError | undefined): boolean =>
  result !== undefined && !(result instanceof RequestError) && !result.stopped;

/** StartMatchmaking, StopMatchmaking, AcceptMatch and DescribeMatchmaking. */
export function openMatchmaking({
  call,
  admit,
  tickets,
  configurations,
  activity,
  queues,
}: MatchmakingParts) {
  /**
   * Reserves a batch and adds the one job that starts it. The job's id is in each reservation, so should this process
   * die between the two, the sweep finds tickets without a job and adds it.
   */
  const startBatch = async (calls: readonly Reserving[]): Promise<(Reserved | RequestError)[]> => {
    const jobId = `start-matchmaking-${randomUUID()}`;
    const fresh = newTrace();
    const batch = calls.map((it) => ({ ...it, trace: it.trace ?? fresh }));
    const results = await tickets.reserve(jobId, batch);
    const started = batch.filter((_, at) => isWaiting(results[at]));
    if (started.length > 0) await startReserved(queues, startMatchmaking, started, jobId);
    return results;
  };
  const start = coalesce({
    send: startBatch,
    inFlight: batchesInFlight,
    schedule: setImmediate,
    maxItems,
    maxBytes: maxEnvelopeBytes,
    bytesOf: (ticket: Reserving) => JSON.stringify(ticket.players).length,
  });

  const visible = async (ids: readonly string[], actor: Actor): Promise<DescribedTicket[]> => {
    const found = await tickets.describe(parse(ticketIds, ids));
    if (actor.kind === 'service') return found;
    // A backfill ticket lists players too, but it is their match's.
    return found.filter(
      (ticket) => !ticket.fills && ticket.players.some((player) => player.playerId === actor.playerId),
    );
  };

  const startOne = (request: StartRequest, options: CallOptions): Promise<StartedTicket> =>
    call(startMatchmaking, options, async ({ actor, underWay }) => {
      const { configuration } = parse(startTarget, request);
      const { installed, ruleSet, request: schema } = await configurations.find(configuration);
      if (!installed) throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
      const { ticketId = randomUUID(), players: asked } = parse(schema, request);
      if (actor.kind === 'player' && asked.some((player) => player.playerId !== actor.playerId))
        throw new RequestError('not-allowed', 'players: a player may start only a ticket of their own');
      const players = withoutRatings(asked, installed.configuration.ratingAttributes);
      if (ruleSet) refuseImpossible(ruleSet, players);
      await admit({ underWay });
      const result = await start({ ticketId, configuration, players, actor, trace: queues.trace() });
      if (result instanceof RequestError) throw result;
      return {
        ticketId,
        status: result.stopped ? 'CANCELLED' : 'QUEUED',
        startTime: new Date(result.startTime).toISOString(),
      };
    });

  return {
    /** Starts matchmaking: when this returns the ticket exists and will reach exactly one terminal status. */
    startMatchmaking: (request: StartRequest, options: CallOptions = {}) => startOne(request, options),

    /** Starts many tickets; each succeeds or fails alone, in the order given. */
    startMatchmakingAll: (requests: readonly StartRequest[], options: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => startOne(request, options))),

    /** Asks to cancel a ticket; from PLACING on it is too late. */
    stopMatchmaking: (ticketId: string, options: CallOptions = {}): Promise<void> =>
      call(stopMatchmaking, options, async ({ actor }) => {
        const [ticket] = await visible([ticketId], actor);
        if (!ticket) throw new RequestError('not-found', `ticketId: there is no ticket ${ticketId}`);
        if (ticket.status === 'PLACING' || terminal.has(ticket.status))
          throw new RequestError(
            'conflict',
            `ticketId: ${ticketId} is ${ticket.status}; it is too late to stop it`,
          );
        await queues.add(stopMatchmaking, [{ ticketId }], actor);
      }),

    /** Answers a proposal (ticket status REQUIRES_ACCEPTANCE) for players of a ticket; the first answer of each stands. */
    acceptMatch: (request: AcceptMatch, options: CallOptions = {}): Promise<void> =>
      call(acceptMatch, options, async ({ actor }) => {
        const item = parse(acceptMatch.item, request);
        if (actor.kind === 'player' && item.playerIds.some((id) => id !== actor.playerId))
          throw new RequestError('not-allowed', 'playerIds: a player may answer only for themselves');
        const [ticket] = await visible([item.ticketId], actor);
        if (!ticket) throw new RequestError('not-found', `ticketId: there is no ticket ${item.ticketId}`);
        if (ticket.status !== 'REQUIRES_ACCEPTANCE' || ticket.matchId !== item.matchId)
          throw new RequestError(
            'conflict',
            `matchId: ticket ${item.ticketId} is ${ticket.status} and has no proposal ${item.matchId}`,
          );
        const stranger = item.playerIds.find(
          (id) => !ticket.players.some((player) => player.playerId === id),
        );
        if (stranger)
          throw new RequestError(
            'invalid-request',
            `playerIds: ${stranger} is not in ticket ${item.ticketId}`,
          );
        await queues.add(acceptMatch, [item], actor);
      }),

    /** Tickets by id (at most 100), unknown ones left out. A player sees only tickets they are in. */
    describeMatchmaking: (
      ticketIds: readonly string[],
      options: CallOptions = {},
    ): Promise<DescribedTicket[]> =>
      call(startMatchmaking, options, async ({ actor }) =>
        Promise.all((await visible(ticketIds, actor)).map(activity.withEstimate)),
      ),
  };
}

/** Throws for a ticket that no match under the rule set could ever hold. */
function refuseImpossible(ruleSet: RuleSet, players: readonly TicketPlayer[]): void {
  const problems = checkTicket(ruleSet, { players });
  if (problems.length > 0)
    throw new RequestError('invalid-request', problems.map((it) => `${it.path}: ${it.message}`).join('; '));
}
