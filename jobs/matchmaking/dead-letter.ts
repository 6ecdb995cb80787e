import type { MatchmakingEvent } from './event.ts';

/** An event that a topic refused for good. */
export interface DeadLetter {
  readonly topic: string;
  /** The event's place in the stream, and its id. */
  readonly number: number;
  readonly eventId: string;
  readonly type: string;
  readonly ticketIds: readonly string[];
  readonly reason: string;
  /** The event itself, where it is no larger than `eventBytes`. */
  readonly event?: MatchmakingEvent;
}

/** Dead letters are kept where matchmaking happens: a thousand of them must not be in its way. */
export const eventBytes = 16 * 1024;
