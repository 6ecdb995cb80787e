import type { Redis } from 'ioredis';
import type { Actor } from '../jobs/contract.ts';
import { poolTag } from '../jobs/keys.ts';
import {
  type EventOrigin,
  type EventType,
  type MatchmakingEvent,
  type StoredEvent,
  toEvent,
} from '../jobs/matchmaking/event.ts';
import { patientTwin } from './connection.ts';

/** What a reader of the event stream gets, in stream order. Keep `position` to resume after it. */
export type StreamItem =
  | { readonly kind: 'event'; readonly position: number; readonly event: MatchmakingEvent }
  /** The reader fell behind retention: events after number `from` up to `position` are gone. */
  | { readonly kind: 'gap'; readonly position: number; readonly from: number };

export interface EventsRequest {
  /** Number of the event to resume after. 0 starts with the oldest kept; absent: only what happens from now on. */
  readonly from?: number;
  readonly signal?: AbortSignal;
  /** Default: the client's actor. */
  readonly actor?: Actor;
}

export interface EventOptions extends EventsRequest {
  readonly origin: EventOrigin;
  /** Told of connection errors while it reconnects by itself. */
  readonly onError: (error: Error) => void;
}

const blockMs = 1_000;
const batch = 500;

/** Reads the events of a domain until the signal is aborted. Uses a connection of its own: it waits on the server. */
export async function* readEvents(
  redis: Redis,
  domain: string,
  options: EventOptions,
): AsyncGenerator<StreamItem> {
  const tag = poolTag(domain);
  const reader = patientTwin(redis);
  reader.on('error', options.onError);
  try {
    const latest = Number((await redis.get(`${tag}:event-number`)) ?? 0);
    let position = options.from ?? latest;
    if (position > latest) {
      // The store has lost what the reader saw last: numbers start over.
      yield { kind: 'gap', from: position, position: latest };
      position = latest;
    }
    while (!options.signal?.aborted) {
      const read = await reader.xread(
        'COUNT',
        batch,
        'BLOCK',
        blockMs,
        'STREAMS',
        `${tag}:events`,
        `${position}-0`,
      );
      const entries = entriesOf(read);
      if (entries.length === 0) {
        const kept = Number((await reader.get(`${tag}:event-number`)) ?? 0);
        if (kept < position) yield { kind: 'gap', from: position, position: kept };
        position = Math.min(position, kept);
      }
      for (const [id, fields] of entries) {
        if (options.signal?.aborted) return;
        const number = Number.parseInt(id, 10);
        if (position > 0 && number > position + 1)
          yield { kind: 'gap', from: position, position: number - 1 };
        position = number;
        yield { kind: 'event', position, event: toEvent(number, stored(fields), options.origin, iso) };
      }
    }
  } finally {
    reader.disconnect();
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** RESP2 answers a list of streams, RESP3 a map. */
function entriesOf(answer: unknown): [string, string[]][] {
  if (!answer) return [];
  const streams = Array.isArray(answer) ? answer.map((pair) => pair[1]) : Object.values(answer);
  return streams.flat() as [string, string[]][];
}

function stored(flat: readonly string[]): StoredEvent {
  const value = (name: string) => flat[flat.indexOf(name) + 1] ?? '';
  return {
    type: value('type') as EventType,
    time: Number(value('time')),
    configuration: value('configuration'),
    detail: JSON.parse(value('detail')) as StoredEvent['detail'],
  };
}
