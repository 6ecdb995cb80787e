import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { coalesce } from '../jobs/coalesce.ts';
import { type Actor, maxEnvelopeBytes, maxItems } from '../jobs/contract.ts';
import { type AcceptMatch, type Answered, acceptMatch } from '../jobs/matchmaking/accept-match.ts';
import { ticketId as ticketIdSchema } from '../jobs/matchmaking/configuration.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import { withoutRatings } from '../jobs/matchmaking/rating-attributes.ts';
import { checkTicket } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import type { RuleSet } from '../jobs/matchmaking/rule-set/rule-set.ts';
import type { Starting, StartVerdict } from '../jobs/matchmaking/start-call.ts';
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
import type { Tickets } from './tickets.ts';
import type { Wake } from './wake.ts';

const ticketIds = z.array(ticketIdSchema).min(1).max(100, 'at most 100 ticket ids');

/** How often a start is tried that meets a newer version of its configuration each time. */
const mostVersions = 3;

export interface MatchmakingParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly tickets: Tickets;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly activity: ActivityReader;
  readonly queues: ProducerQueues;
  readonly wake: Wake;
}

/** A ticket as it stands when its start call returns. A backfill ticket is `QUEUED` first. */
export type StartedTicket = {
  readonly ticketId: string;
  readonly status: 'SEARCHING' | 'QUEUED';
  readonly startTime: string;
};

/** StartMatchmaking, StopMatchmaking, AcceptMatch and DescribeMatchmaking. Each is decided when it returns. */
export function openMatchmaking({
  call,
  admit,
  tickets,
  configurations,
  activity,
  queues,
  wake,
}: MatchmakingParts) {
  const startBatch = async (batch: readonly Starting[]): Promise<readonly StartVerdict[]> => {
    const fresh = newTrace();
    const { pools, verdicts } = await tickets.start(batch.map((it) => ({ ...it, trace: it.trace ?? fresh })));
    await wake(pools);
    return verdicts;
  };
  const send = coalesce({
    send: startBatch,
    inFlight: batchesInFlight,
    schedule: setImmediate,
    maxItems,
    maxBytes: maxEnvelopeBytes,
    bytesOf: (ticket: Starting) => JSON.stringify(ticket.players).length,
  });

  const visible = async (ids: readonly string[], actor: Actor): Promise<DescribedTicket[]> => {
    const found = await tickets.describe(parse(ticketIds, ids));
    if (actor.kind === 'service') return found;
    // A backfill ticket lists players too, but it is their match's.
    return found.filter(
      (ticket) => !ticket.fills && ticket.players.some((player) => player.playerId === actor.playerId),
    );
  };

  /** What the script needs of a request, checked against the configuration as this client knows it. */
  const prepare = async (
    request: StartRequest,
    actor: Actor,
  ): Promise<Omit<Starting, 'ticketId' | 'callId'> & { readonly ticketId: string | undefined }> => {
    const { configuration } = parse(startTarget, request);
    const { installed, ruleSet, poolOf, request: schema } = await configurations.find(configuration);
    if (!installed) throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
    const { ticketId, players: asked } = parse(schema, request);
    if (actor.kind === 'player' && asked.some((player) => player.playerId !== actor.playerId))
      throw new RequestError('not-allowed', 'players: a player may start only a ticket of their own');
    const { ratingAttributes, requestTimeoutSeconds } = installed.configuration;
    const players = withoutRatings(asked, ratingAttributes);
    if (ruleSet) refuseImpossible(ruleSet, players);
    return {
      ticketId,
      configuration,
      version: installed.version,
      pool: poolOf(players),
      timeoutMs: requestTimeoutSeconds * 1_000,
      players,
      actor,
      trace: queues.trace(),
      estimatedWait: (await activity.waitEstimate(configuration))?.p50,
      unrated: Object.keys(ratingAttributes).length > 0,
    };
  };

  const startOne = (request: StartRequest, options: CallOptions): Promise<StartedTicket> =>
    call(startMatchmaking, options, async ({ actor, underWay }) => {
      const [madeId, callId] = [randomUUID(), randomUUID()];
      for (let tries = 0; tries < mostVersions; tries++) {
        const prepared = await prepare(request, actor);
        if (tries === 0) await admit({ underWay });
        const ticketId = prepared.ticketId ?? madeId;
        const verdict = await send({ ...prepared, ticketId, callId });
        if (verdict.kind === 'refused') throw new RequestError(verdict.as, verdict.reason);
        if (verdict.kind === 'searching')
          return { ticketId, status: 'SEARCHING', startTime: new Date(verdict.startTime).toISOString() };
        configurations.forget(prepared.configuration);
      }
      throw new RequestError('unavailable', 'configuration: it changes too fast; nothing was started');
    });

  return {
    /**
     * Starts matchmaking: when this returns the ticket searches, older tickets of its players are CANCELLED, and it will reach
     * exactly one terminal status.
     */
    startMatchmaking: (request: StartRequest, options: CallOptions = {}) => startOne(request, options),

    /** Starts many tickets; each succeeds or fails alone, in the order given. */
    startMatchmakingAll: (requests: readonly StartRequest[], options: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => startOne(request, options))),

    /** Cancels a ticket: when this returns it is CANCELLED. From PLACING on it is too late, and `conflict` is thrown. */
    stopMatchmaking: (ticketId: string, options: CallOptions = {}): Promise<void> =>
      call(stopMatchmaking, options, async ({ actor }) => {
        parse(ticketIdSchema, ticketId);
        const { status, pool } = await tickets.stop(
          ticketId,
          actor.kind === 'player' ? actor.playerId : undefined,
        );
        if (pool !== undefined) await wake([pool]);
        if (status === 'missing' || status === 'stranger')
          throw new RequestError('not-found', `ticketId: there is no ticket ${ticketId}`);
        if (status !== 'CANCELLED')
          throw new RequestError('conflict', `ticketId: ${ticketId} is ${status}; it is too late to stop it`);
      }),

    /**
     * Answers a proposal (ticket status REQUIRES_ACCEPTANCE) for players of a ticket: when this returns the answer counts. The
     * first answer of each player stands.
     */
    acceptMatch: (request: AcceptMatch, options: CallOptions = {}): Promise<void> =>
      call(acceptMatch, options, async ({ actor }) => {
        const item = parse(acceptMatch.item, request);
        if (actor.kind === 'player' && item.playerIds.some((id) => id !== actor.playerId))
          throw new RequestError('not-allowed', 'playerIds: a player may answer only for themselves');
        const answered = await tickets.accept(item);
        if ('pool' in answered) await wake([answered.pool]);
        const error = answerError(answered, item, actor);
        if (error) throw error;
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

/** What to throw for an answer that does not count. A player learns nothing of tickets they are not in. */
function answerError(
  answered: Answered,
  { ticketId, matchId }: AcceptMatch,
  actor: Actor,
): RequestError | undefined {
  const unknown = new RequestError('not-found', `ticketId: there is no ticket ${ticketId}`);
  const noProposal = (status: string) =>
    new RequestError('conflict', `matchId: ticket ${ticketId} is ${status} and has no proposal ${matchId}`);
  switch (answered.outcome) {
    case 'missing':
      return unknown;
    case 'not-proposed':
      if (answered.detail === 'backfill') return actor.kind === 'player' ? unknown : noProposal('a backfill');
      return noProposal(answered.detail === 'other-match' ? 'in another proposal' : answered.detail);
    case 'late':
      return new RequestError('conflict', `matchId: the time to accept ${matchId} is over`);
    case 'stranger':
      return actor.kind === 'player'
        ? unknown
        : new RequestError('invalid-request', `playerIds: ${answered.detail} is not in ticket ${ticketId}`);
    default:
      return undefined;
  }
}

/** Throws for a ticket that no match under the rule set could ever hold. */
function refuseImpossible(ruleSet: RuleSet, players: readonly TicketPlayer[]): void {
  const problems = checkTicket(ruleSet, { players });
  if (problems.length > 0)
    throw new RequestError('invalid-request', problems.map((it) => `${it.path}: ${it.message}`).join('; '));
}
