import type { Actor, QueueName } from '../../jobs/contract.ts';
import type { Clock } from '../../jobs/fleet-time.ts';
import type { Explanation } from '../../jobs/matchmaking/engine/explanation.ts';
import {
  forPlayer,
  type JobState,
  type TicketExplanation,
  waitingForJob,
  waitingForPlayers,
} from '../../jobs/matchmaking/ticket-explanation.ts';
import type { TicketStatus } from '../../jobs/ticket/lifecycle.ts';
import type { Calling } from '../call.ts';
import { recordedTickets } from '../calls/describe-tickets.ts';
import type { ProducerQueues } from '../queue/queues.ts';
import { at, RequestError } from '../request-error.ts';
import type { Ask } from './ask.ts';
import { type ClockReader, shown } from './clock.ts';
import type { TicketState, TicketStates } from './ticket-state.ts';

/** How often an explanation begins anew when the ticket changes while it is being made. */
const tries = 5;

export interface ExplainParts {
  readonly states: TicketStates;
  readonly clock: ClockReader;
  readonly ask: Ask;
  readonly queues: ProducerQueues;
}

/** Why a ticket is where it is, whatever its status. */
export function openExplain({ states, clock, ask, queues }: ExplainParts) {
  const jobState = async (queue: QueueName, id: string): Promise<JobState> => {
    const job = await queues.queues[queue].getJob(id);
    const state = (await job?.getState()) ?? 'unknown';
    return { id, queue, state, ...(state === 'failed' && job && { reason: job.failedReason }) };
  };

  /** What is told beyond the ticket itself; `undefined` when it changed meanwhile. */
  const reasonOf = async (
    ticket: TicketState,
    { actor, signal }: Calling,
  ): Promise<(Partial<TicketExplanation> & { summary: string }) | undefined> => {
    const { status, pool = '', matchId = '' } = ticket;
    switch (status) {
      case 'SEARCHING': {
        const answer = await ask(pool, ticket.ticketId, signal);
        if (answer === 'gone') return undefined;
        const search = actor.kind === 'player' ? forPlayer(answer) : answer;
        return { search, ...(await searching(ticket, search)) };
      }
      case 'REQUIRES_ACCEPTANCE': {
        const asked = await states.acceptance(matchId);
        if (!asked) return undefined;
        const own = asked.waitingFor.filter((id) => actor.kind === 'service' || ticket.players.includes(id));
        const acceptance = { ...asked, waitingFor: own };
        return { summary: waitingForPlayers(acceptance), acceptance };
      }
      case 'PLACING': {
        const id = await states.startMatchJob(matchId);
        if (!id) return undefined;
        const job = await jobState('session-creation', id);
        return { summary: waitingForJob(job), job };
      }
      default:
        return { summary: endedBecause(status, ticket.message) };
    }
  };

  const searching = async ({ configuration }: TicketState, { summary }: Explanation) => {
    const pausedSince = await states.pausedSince(configuration);
    if (!pausedSince) return { summary };
    const paused = `waits for an operator to resume configuration ${configuration}, paused since ${pausedSince}`;
    return { summary: `${paused}; beyond that: ${summary}`, pausedSince };
  };

  const explainEnded = async (ticketId: string, calling: Calling): Promise<TicketExplanation> => {
    const [ticket] = await recordedTickets(queues, [ticketId], calling);
    if (
      !ticket ||
      !mayKnow(
        calling.actor,
        ticket.players.map((it) => it.playerId),
      )
    )
      throw unknown(ticketId);
    const { configuration, status, startTime, matchId, statusMessage } = ticket;
    return {
      ...{ ticketId, configuration, status, startTime },
      summary: endedBecause(status, statusMessage),
      ...(matchId && { matchId }),
    };
  };

  return async (ticketId: string, calling: Calling): Promise<TicketExplanation> => {
    for (let tried = 0; tried < tries; tried++) {
      const ticket = await states.ticketState(ticketId);
      if (!ticket) return await explainEnded(ticketId, calling);
      if (!mayKnow(calling.actor, ticket.players)) throw unknown(ticketId);
      const reason = await reasonOf(ticket, calling);
      if (reason) return { ...plain(ticket, await clock()), ...reason };
    }
    throw new RequestError(
      'conflict',
      at('ticketId', `${ticketId} changes too fast to be explained; ask again`),
    );
  };
}

const mayKnow = (actor: Actor, players: readonly string[]): boolean =>
  actor.kind === 'service' || players.includes(actor.playerId);

const unknown = (ticketId: string) =>
  new RequestError('not-found', at('ticketId', `there is no ticket ${ticketId}`));

const endedBecause = (status: TicketStatus, message: string | undefined): string =>
  `waits for nothing: ${status === 'COMPLETED' ? 'it is in a match' : message || `it is ${status}`}`;

function plain(
  { ticketId, configuration, status, start, deadline, pool, matchId }: TicketState,
  clock: Clock,
) {
  return {
    ticketId,
    configuration,
    status,
    startTime: new Date(start).toISOString(),
    ...(deadline && { deadline: shown(clock, deadline) }),
    ...(pool && { pool }),
    ...(matchId && { matchId }),
  };
}
