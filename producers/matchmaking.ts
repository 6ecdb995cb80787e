import { coalesce } from '../jobs/coalesce.ts';
import { type Actor, maxEnvelopeBytes, maxItems } from '../jobs/contract.ts';
import { ticketId as ticketIdSchema } from '../jobs/ids.ts';
import { type AcceptMatch, type Answered, acceptMatch } from '../jobs/matchmaking/accept-match.ts';
import type { Starting, StartVerdict } from '../jobs/matchmaking/start-call.ts';
import { startMatchmaking } from '../jobs/matchmaking/start-matchmaking.ts';
import { stopMatchmaking } from '../jobs/matchmaking/stop-matchmaking.ts';
import { ordinaryRequest } from '../jobs/ticket/ordinary-party.ts';
import type { StartRequest } from '../jobs/ticket/start-request.ts';
import { batchesInFlight } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import type { ActivityReader } from './live/activity.ts';
import { parse } from './parse.ts';
import { newTrace } from './queues.ts';
import { at, RequestError } from './request-error.ts';
import type { openStarting, StartedTicket } from './starting.ts';
import type { Tickets } from './tickets.ts';
import type { Wake } from './wake.ts';

export interface MatchmakingParts {
  readonly call: Call;
  readonly starting: ReturnType<typeof openStarting>;
  readonly tickets: Tickets;
  readonly activity: ActivityReader;
  readonly wake: Wake;
}

/** StartMatchmaking, StopMatchmaking and AcceptMatch. Each is decided when it returns. */
export function openMatchmaking({ call, starting, tickets, activity, wake }: MatchmakingParts) {
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
    bytesOf: (ticket: Starting) => ticket.playersText?.length ?? 0,
  });

  const kind: Parameters<typeof starting.start>[2] = {
    job: startMatchmaking,
    isBackfill: false,
    read(request, { request: schema, installed }, actor) {
      const asked = ordinaryRequest(request, installed.configuration.limits) ?? parse(schema, request);
      if (actor.kind === 'player' && asked.players.some((player) => player.playerId !== actor.playerId))
        throw new RequestError('not-allowed', at('players', 'a player may start only a ticket of their own'));
      return asked;
    },
    estimate: async (configuration) => (await activity.waitEstimate(configuration))?.p50,
    send,
  };

  return {
    /**
     * Starts matchmaking: when this returns the ticket searches, older tickets of its players are CANCELLED, and it will reach
     * exactly one terminal status.
     */
    startMatchmaking: (request: StartRequest, options: CallOptions = {}): Promise<StartedTicket> =>
      starting.start(request, options, kind),

    /** Starts many tickets; each succeeds or fails alone, in the order given. */
    startMatchmakingAll: (requests: readonly StartRequest[], options: CallOptions = {}) =>
      starting.startAll(requests, options, kind),

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
          throw new RequestError('not-found', at('ticketId', `there is no ticket ${ticketId}`));
        if (status !== 'CANCELLED')
          throw new RequestError(
            'conflict',
            at('ticketId', `${ticketId} is ${status}; it is too late to stop it`),
          );
      }),

    /**
     * Answers a proposal (ticket status REQUIRES_ACCEPTANCE) for players of a ticket: when this returns the answer counts. The
     * first answer of each player stands.
     */
    acceptMatch: (request: AcceptMatch, options: CallOptions = {}): Promise<void> =>
      call(acceptMatch, options, async ({ actor }) => {
        const item = parse(acceptMatch.item, request);
        if (actor.kind === 'player' && item.playerIds.some((id) => id !== actor.playerId))
          throw new RequestError('not-allowed', at('playerIds', 'a player may answer only for themselves'));
        const answered = await tickets.accept(item);
        if ('pool' in answered) await wake([answered.pool]);
        const error = answerError(answered, item, actor);
        if (error) throw error;
      }),
  };
}

/** What to throw for an answer that does not count. A player learns nothing of tickets they are not in. */
function answerError(
  answered: Answered,
  { ticketId, matchId }: AcceptMatch,
  actor: Actor,
): RequestError | undefined {
  const unknown = new RequestError('not-found', at('ticketId', `there is no ticket ${ticketId}`));
  const noProposal = (status: string) =>
    new RequestError(
      'conflict',
      at('matchId', `ticket ${ticketId} is ${status} and has no proposal ${matchId}`),
    );
  switch (answered.outcome) {
    case 'missing':
      return unknown;
    case 'not-proposed':
      if (answered.detail === 'backfill') return actor.kind === 'player' ? unknown : noProposal('a backfill');
      return noProposal(answered.detail === 'other-match' ? 'in another proposal' : answered.detail);
    case 'late':
      return new RequestError('conflict', at('matchId', `the time to accept ${matchId} is over`));
    case 'stranger':
      return actor.kind === 'player'
        ? unknown
        : new RequestError(
            'invalid-request',
            at('playerIds', `${answered.detail} is not in ticket ${ticketId}`),
          );
    default:
      return undefined;
  }
}
