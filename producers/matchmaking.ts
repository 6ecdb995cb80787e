import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { coalesce } from '../jobs/coalesce.ts';
import { type Actor, maxEnvelopeBytes, maxItems } from '../jobs/contract.ts';
import { type AcceptMatch, acceptMatch } from '../jobs/matchmaking/accept-match.ts';
import { ticketId as ticketIdSchema } from '../jobs/matchmaking/configuration.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import { checkTicket } from '../jobs/matchmaking/rule-set/check-ticket.ts';
import { startMatchmaking } from '../jobs/matchmaking/start-matchmaking.ts';
import { type StartRequest, startRequest } from '../jobs/matchmaking/start-request.ts';
import { stopMatchmaking } from '../jobs/matchmaking/stop-matchmaking.ts';
import { batchesInFlight } from './batches.ts';
import type { openConfigurations } from './configurations.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';
import type { Reserved, Reserving, TicketReader } from './tickets.ts';

const ticketIds = z.array(ticketIdSchema).min(1).max(100, 'at most 100 ticket ids');

/** Where a ticket has ended and nothing can be stopped any more. */
const terminal = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

export interface MatchmakingParts {
  readonly tickets: TicketReader;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly queues: ProducerQueues;
}

/** StartMatchmaking, StopMatchmaking and DescribeMatchmaking. */
export function openMatchmaking({ tickets, configurations, queues }: MatchmakingParts) {
  /** A reservation whose job could not be added is no promise kept back: the sweep adds the job within seconds. */
  const addStart = async (items: readonly { ticketId: string }[], jobId: string): Promise<void> => {
    try {
      await queues.add(startMatchmaking, items, { kind: 'service', name: 'client' }, { jobId });
    } catch (error) {
      throw new RequestError(
        'unavailable',
        'the queue Redis did not answer after reserving: the ticket may exist and start by itself; describe it, or stop it, before asking again',
        error,
      );
    }
  };

  /**
   * Reserves a batch and adds the one job that starts it. The job's id is in each reservation, so should this process
   * die between the two, the sweep finds tickets without a job and adds it.
   */
  const startBatch = async (batch: readonly Reserving[]): Promise<(Reserved | RequestError)[]> => {
    const jobId = `start-matchmaking-${randomUUID()}`;
    const results = await tickets.reserve(jobId, batch);
    const items = results.flatMap((it) =>
      it instanceof RequestError || it.stopped ? [] : [{ ticketId: it.ticketId }],
    );
    if (items.length > 0) await addStart(items, jobId);
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
    return found.filter((ticket) => ticket.players.some((player) => player.playerId === actor.playerId));
  };

  return {
    async start(
      request: StartRequest,
      actor: Actor,
    ): Promise<{ ticketId: string; status: 'QUEUED' | 'CANCELLED'; startTime: string }> {
      const { ticketId = randomUUID(), configuration, players } = parse(startRequest, request);
      if (actor.kind === 'player' && !players.some((player) => player.playerId === actor.playerId))
        throw new RequestError('not-allowed', 'players: a player may start only tickets they are in');
      const { installed, ruleSet } = await configurations.find(configuration);
      if (!installed) throw new RequestError('not-found', `configuration: ${configuration} does not exist`);
      const problems = ruleSet ? checkTicket(ruleSet, { players }) : [];
      if (problems.length > 0)
        throw new RequestError(
          'invalid-request',
          problems.map((it) => `${it.path}: ${it.message}`).join('; '),
        );
      const result = await start({ ticketId, configuration, players, actor });
      if (result instanceof RequestError) throw result;
      return {
        ticketId,
        status: result.stopped ? 'CANCELLED' : 'QUEUED',
        startTime: new Date(result.startTime).toISOString(),
      };
    },

    async stop(ticketId: string, actor: Actor): Promise<void> {
      const [ticket] = await visible([ticketId], actor);
      if (!ticket) throw new RequestError('not-found', `ticketId: there is no ticket ${ticketId}`);
      if (ticket.status === 'PLACING' || terminal.has(ticket.status))
        throw new RequestError(
          'conflict',
          `ticketId: ${ticketId} is ${ticket.status}; it is too late to stop it`,
        );
      await queues.add(stopMatchmaking, [{ ticketId }], actor);
    },

    async accept(request: AcceptMatch, actor: Actor): Promise<void> {
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
      const stranger = item.playerIds.find((id) => !ticket.players.some((player) => player.playerId === id));
      if (stranger)
        throw new RequestError('invalid-request', `playerIds: ${stranger} is not in ticket ${item.ticketId}`);
      await queues.add(acceptMatch, [item], actor);
    },

    describe: visible,
  };
}
