import { setTimeout as pause } from 'node:timers/promises';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';
import type { FleetClient } from '../client.ts';
import { RequestError } from '../request-error.ts';

/** Events kept in this process, the newest. */
const mostKept = 20_000;
/** Entries of the stream that are read when it starts. */
const readFirst = 5_000;

/** An event as pages show it. */
export interface SeenEvent {
  readonly at: string;
  readonly type: string;
  readonly configuration: string;
  readonly tickets: readonly string[];
  readonly players: readonly string[];
  readonly matchId?: string;
  readonly message?: string;
}

export type EventTail = Awaited<ReturnType<typeof openEventTail>>;

/**
 * Reads along in the event stream, once for all pages: what is asked of it later is in memory, and bounded.
 */
export async function openEventTail(client: FleetClient, onError: (error: unknown) => void) {
  const closing = new AbortController();
  let kept: SeenEvent[] = [];
  const note = (event: SeenEvent): void => {
    kept.push(event);
    // Half as many again before the old ones go: moving the rest for each event would cost more than reading
    // it.
    if (kept.length > 1.5 * mostKept) kept = kept.slice(-mostKept);
  };

  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted)
      try {
        const from = await client.findRecentPosition(readFirst);
        for await (const item of client.events({ from, signal: closing.signal }))
          if (item.kind === 'event') note(seen(item.event));
      } catch (error) {
        if (closing.signal.aborted) return;
        onError(error);
        await pause(1_000, undefined, { ref: false });
        kept = [];
      }
  };
  const following = follow();

  return {
    /** The newest events that pass, the newest first. */
    newest(most: number, passes: (event: SeenEvent) => boolean): SeenEvent[] {
      const found: SeenEvent[] = [];
      for (let at = kept.length - 1; at >= 0 && found.length < most; at--) {
        const event = kept[at];
        if (event && passes(event)) found.push(event);
      }
      return found;
    },

    /** Since when it has all events; absent before the first. */
    since: (): string | undefined => kept[0]?.at,

    async [Symbol.asyncDispose](): Promise<void> {
      closing.abort();
      await following.catch((error: unknown) => {
        if (!(error instanceof RequestError)) throw error;
      });
    },
  };
}

function seen({ time, resources, detail }: MatchmakingEvent): SeenEvent {
  const { matchId, message } = detail as { matchId?: unknown; message?: unknown };
  return {
    at: time,
    type: detail.type,
    configuration: resources[0]?.split('/').at(-1) ?? '',
    tickets: detail.tickets.map((it) => it.ticketId),
    players: detail.tickets.flatMap((it) => it.players.map((player) => player.playerId)),
    ...(typeof matchId === 'string' && { matchId }),
    ...(typeof message === 'string' && { message }),
  };
}
