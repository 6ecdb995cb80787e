import type { MatchmakingEvent } from './event.ts';

/** A dead letter: an event that a topic refused for good. */
export interface RefusedEvent {
  readonly topic: string;
  /** How many events there were up to and with it, and its id. */
  readonly number: number;
  readonly eventId: string;
  readonly type: string;
  readonly ticketIds: readonly string[];
  readonly reason: string;
  /** The event itself, where it is no larger than `keptEventBytes`. */
  readonly event?: MatchmakingEvent;
}

/** A thousand of them are kept where matchmaking happens, and must not be in its way. */
export const keptEventBytes = 16 * 1024;
