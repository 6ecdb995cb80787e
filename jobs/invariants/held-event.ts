import type { EventType } from '../event/event.ts';

/** An event as far as it is judged: of whom it is and what it decides. */
export interface HeldEvent {
  readonly type: EventType;
  /** When it happened, ms since 1970 by the queue Redis's clock. */
  readonly time: number;
  /** Empty where it is about no match. */
  readonly matchId: string;
  /** Of `PotentialMatchCreated`: whether players are asked first. */
  readonly asksFirst: boolean;
  /** Of `AcceptMatchCompleted`: how it ended. */
  readonly acceptance: string;
  readonly tickets: readonly { readonly ticketId: string; readonly playerIds: readonly string[] }[];
}

/** Takes out of an event what is judged. */
export const toHeldEvent = (
  type: EventType,
  time: number,
  detail: Readonly<Record<string, unknown>> & {
    readonly tickets: readonly {
      readonly ticketId: string;
      readonly players: readonly { readonly playerId: string }[];
    }[];
  },
): HeldEvent => ({
  type,
  time,
  matchId: String(detail['matchId'] ?? ''),
  asksFirst: detail['acceptanceRequired'] === true,
  acceptance: String(detail['acceptance'] ?? ''),
  tickets: detail.tickets.map(({ ticketId, players }) => ({
    ticketId,
    playerIds: players.map((player) => player.playerId),
  })),
});
