import { coalesce } from '../../jobs/coalesce.ts';
import { type Actor, maxEnvelopeBytes, maxItems } from '../../jobs/contract.ts';
import { ticketId } from '../../jobs/ids.ts';
import type { Answered } from '../../jobs/matchmaking/accept-call.ts';
import { type AcceptMatch, acceptMatch } from '../../jobs/matchmaking/jobs.ts';
import type { Starting, StartVerdict } from '../../jobs/matchmaking/start-call.ts';
import { ordinaryRequest } from '../../jobs/ticket/ordinary-party.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { batchesInFlight } from '../queue/batches.ts';
import { newTrace } from '../queue/queues.ts';
import { at, RequestError } from '../request-error.ts';
import type { StartKind } from '../starting/starting.ts';

/** StartMatchmaking, StopMatchmaking and AcceptMatch. */
export function matchmakingCalls(parts: ClientParts) {
  const { call, starting, tickets, activity, wake } = parts;
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

  const kind: StartKind = {
    call: 'startMatchmaking',
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
    startMatchmaking: (request, options = {}) => starting.start(request, options, kind),

    startMatchmakingAll: (requests, options = {}) =>
      starting.startAll(requests, options, { ...kind, call: 'startMatchmakingAll' }),

    stopMatchmaking: (id, options = {}) =>
      call('stopMatchmaking', options, async ({ actor }) => {
        parse(ticketId, id);
        const { status, pool } = await tickets.stop(id, actor.kind === 'player' ? actor.playerId : undefined);
        if (pool !== undefined) await wake([pool]);
        if (status === 'missing' || status === 'stranger')
          throw new RequestError('not-found', at('ticketId', `there is no ticket ${id}`));
        if (status !== 'CANCELLED')
          throw new RequestError('conflict', at('ticketId', `${id} is ${status}; it is too late to stop it`));
      }),

    acceptMatch: (request, options = {}) =>
      call('acceptMatch', options, async ({ actor }) => {
        const item = parse(acceptMatch.item, request);
        if (actor.kind === 'player' && item.playerIds.some((id) => id !== actor.playerId))
          throw new RequestError('not-allowed', at('playerIds', 'a player may answer only for themselves'));
        const answered = await tickets.accept(item);
        if ('pool' in answered) await wake([answered.pool]);
        const error = answerError(answered, item, actor);
        if (error) throw error;
      }),
  } satisfies Calls;
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
