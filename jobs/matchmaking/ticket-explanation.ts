import type { TicketStatus } from '../ticket/lifecycle.ts';
import type { Explanation } from './engine/explanation.ts';

/** Why a ticket is where it is, and what it waits for. Times are ISO 8601. */
export interface TicketExplanation {
  readonly ticketId: string;
  readonly configuration: string;
  readonly status: TicketStatus;
  /** For people. */
  readonly summary: string;
  readonly startTime: string;
  /** When it is timed out, should it still search then; from SEARCHING on. */
  readonly deadline?: string;
  readonly pool?: string;
  /** An operator has paused its configuration since then. */
  readonly pausedSince?: string;
  /** PLACING: the job that starts its match. */
  readonly job?: JobState;
  /** SEARCHING: what the engine says. */
  readonly search?: Explanation;
  /** REQUIRES_ACCEPTANCE: whom it waits for. */
  readonly acceptance?: Acceptance;
  /** From REQUIRES_ACCEPTANCE on. */
  readonly matchId?: string;
}

export interface JobState {
  readonly id: string;
  readonly queue: string;
  /** As BullMQ calls it: `waiting`, `active`, `delayed`, `failed`, ...; `unknown`: there is no such job. */
  readonly state: string;
  /** Of a failed job: why. */
  readonly reason?: string;
}

export interface Acceptance {
  /** When silence counts as a rejection. */
  readonly until: string;
  readonly players: number;
  readonly accepted: number;
  /** Who has not answered. A player is told only of those of their own ticket. */
  readonly waitingFor: readonly string[];
}

/** What a ticket that is PLACING waits for. */
export const waitingForJob = ({ queue, state, reason }: JobState): string =>
  `is in a match that is decided, and waits for it to be stored and placed: ${jobSentence(queue, state, reason)}`;

function jobSentence(queue: string, state: string, reason = 'no reason is kept'): string {
  switch (state) {
    case 'active':
      return 'a worker is at it';
    case 'delayed':
      return `its job on ${queue} is tried again in a moment, a store was away or a try failed`;
    case 'failed':
      return `its job on ${queue} failed (${reason}); it is settled within seconds`;
    case 'unknown':
    case 'completed':
      return `its job on ${queue} is gone; it is added again within 10 s`;
    default:
      return `its job on ${queue} is behind others, or no worker serves that queue`;
  }
}

export function waitingForPlayers({ players, accepted, waitingFor, until }: Acceptance): string {
  const silent = players - accepted;
  const names = waitingFor.slice(0, 5).map((it) => `"${it}"`);
  const more = silent > names.length && names.length > 0 ? ` and ${silent - names.length} more` : '';
  const who = names.length > 0 ? `: ${names.join(', ')}${more}` : '';
  return `is in a proposal that ${accepted} of ${players} players have accepted; it waits until ${until} for ${silent}${who}`;
}

/** An explanation a player may see: other players' tickets are not named. */
export function forPlayer(explanation: Explanation): Explanation {
  const { nearestMiss, summary } = explanation;
  if (!nearestMiss) return explanation;
  const ticketId = 'another ticket';
  return {
    ...explanation,
    summary: summary.replaceAll(`"${nearestMiss.ticketId}"`, ticketId),
    nearestMiss: { ...nearestMiss, ticketId },
  };
}
