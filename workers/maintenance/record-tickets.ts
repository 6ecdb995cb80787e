import { done } from '../../jobs/contract.ts';
import type { EventType, StoredEvent } from '../../jobs/matchmaking/event.ts';
import type { Handler } from '../handler.ts';
import type { Ending, Tickets } from '../records/tickets.ts';
import { type FollowStores, followEvents } from './follow-events.ts';

/** How a ticket ended, by the event that says so. Those COMPLETED are written when their match starts. */
const statuses: Partial<Record<EventType, Ending['status']>> = {
  MatchmakingCancelled: 'CANCELLED',
  MatchmakingTimedOut: 'TIMED_OUT',
  MatchmakingFailed: 'FAILED',
};

export interface RecordStores extends FollowStores {
  readonly tickets: Tickets;
  /** So many tickets of a configuration ended so; a page that is taken twice counts twice. */
  readonly onEnded: (configuration: string, status: Ending['status'], count: number) => void;
  /** A ticket's ending will never be on record: DocumentDB refuses it, with that reason. */
  readonly onRefused: (ticketId: string, reason: string) => void;
}

/**
 * Writes tickets that ended without a match, each once, whatever ended them. DocumentDB away: they wait in the stream, within
 * its retention.
 */
export const recordEndings =
  (stores: RecordStores): Handler<unknown> =>
  async (_items, { signal }) => {
    const take = async (events: readonly StoredEvent[]) => {
      const endings = events.flatMap(endingsOf);
      for (const { ticketId, reason } of await stores.tickets.record(endings))
        stores.onRefused(ticketId, reason);
      for (const alike of Map.groupBy(endings, (it) => `${it.configuration} ${it.status}`).values()) {
        const [first] = alike;
        if (first) stores.onEnded(first.configuration, first.status, alike.length);
      }
      return [];
    };
    await followEvents({ name: 'ticket-records', begin: 'oldest', take }, stores, signal);
    return done();
  };

function endingsOf({ type, time, configuration, detail }: StoredEvent): Ending[] {
  const status = statuses[type];
  if (!status) return [];
  const { matchId, reason, message } = detail;
  return detail.tickets.map(({ ticketId, startTime, players }) => ({
    ticketId,
    status,
    configuration,
    ...(typeof matchId === 'string' && { matchId }),
    playerIds: players.map((player) => player.playerId),
    startTime,
    endTime: time,
    reason: String(reason),
    message: String(message),
  }));
}
