import type { Redis } from 'ioredis';
import { type Entry, noId } from '../../jobs/chain.ts';
import type { Actor } from '../../jobs/contract.ts';
import { type EventOrigin, type MatchmakingEvent, storedEvents, toEvent } from '../../jobs/event/event.ts';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { patientTwin } from '../connection/connection.ts';
import { openScript } from '../connection/script.ts';
import { beginning, isBefore, type Place, placeOf, positionOf } from './place.ts';

/** What a reader of the event stream gets, in stream order. Keep `position` to resume after it. */
export type StreamItem =
  | { readonly kind: 'event'; readonly position: string; readonly event: MatchmakingEvent }
  /**
   * Events after `from` are missing, and what comes next follows `position`. Either the reader fell behind
   * retention, or an entry is damaged, or the store went back and has lost events up to `from`. In the last
   * case `position` is the latest event that this reader has seen and the store still has; where the reader
   * has just resumed and knows none, all events that are kept come again.
   */
  | { readonly kind: 'gap'; readonly position: string; readonly from: string };

export interface EventsRequest {
  /**
   * The position to resume after, as an item gave it. 0 starts with the oldest event kept; absent: only what
   * happens from now on. What is no position is refused as `invalid-request`.
   */
  readonly from?: string | 0;
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
/** Events read at once. */
const batch = 500;

/**
 * Reads the events of a domain until the signal is aborted. Uses a connection of its own: it waits on the
 * server.
 */
export async function* readEvents(
  redis: Redis,
  domain: string,
  options: EventOptions,
): AsyncGenerator<StreamItem> {
  const keys = domainKeys(domain);
  const start = options.from === undefined || options.from === 0 ? beginning : placeOf(options.from);
  const reader = patientTwin(redis);
  reader.on('error', options.onError);
  const leave = () => reader.disconnect();
  options.signal?.addEventListener('abort', leave, { once: true });
  try {
    const read = openScript<[string, Entry[]]>(reader, poolTag(domain), 'read-events');
    const memory = openMemory(reader, keys.events());
    const latest = async (): Promise<Place> => ({ id: (await reader.get(keys.eventsHead())) ?? noId });
    let place = options.from === undefined ? await latest() : start;
    // Who asks for the oldest kept misses nothing, whatever came before.
    let anyFirst = options.from === 0;
    while (!options.signal?.aborted) {
      const [from, entries] = await read(place.id, batch);
      if (anyFirst) place = { id: from };
      anyFirst = false;
      const lost = await lostSince(place, from, entries, memory);
      if (lost) {
        yield { kind: 'gap', from: positionOf(place), position: positionOf(lost) };
        place = lost;
        continue;
      }
      for (const entry of entries)
        for (const [next, item] of itemsOf(entry, place, options.origin)) {
          if (options.signal?.aborted) return;
          place = next;
          yield item;
        }
      memory.note(entries);
      if (entries.length === 0)
        await reader.xread('COUNT', 1, 'BLOCK', blockMs, 'STREAMS', keys.events(), place.id);
    }
  } catch (error) {
    // Who leaves has the connection closed under what it was waiting for.
    if (!options.signal?.aborted) throw error;
  } finally {
    options.signal?.removeEventListener('abort', leave);
    leave();
  }
}

/** Where a reader goes on that has missed events; `undefined` where it has missed none. */
async function lostSince(
  place: Place,
  from: string,
  entries: readonly Entry[],
  memory: ReturnType<typeof openMemory>,
): Promise<Place | undefined> {
  if (from === place.id) {
    const otherNext = place.next && entries[0]?.[0] !== place.next.id;
    return otherNext ? { id: place.id } : undefined;
  }
  const kept = { id: from };
  return isBefore(place, kept) ? kept : ((await memory.latestKept()) ?? kept);
}

/** The events of an entry that come after a place, each with the place after it. */
function* itemsOf(entry: Entry, place: Place, origin: EventOrigin): Generator<[Place, StreamItem]> {
  const [id] = entry;
  const events = readable(entry, origin);
  const from = positionOf(place);
  if (!events) return yield [{ id }, { kind: 'gap', from, position: id }];
  const taken = place.next?.id === id ? place.next.events : 0;
  for (const [at, event] of events.entries()) {
    if (at < taken) continue;
    const next: Place = at === events.length - 1 ? { id } : { id: place.id, next: { id, events: at + 1 } };
    yield [next, { kind: 'event', position: positionOf(next), event }];
  }
}

/** How many of the entries it saw last a reader knows again: more than a failover takes back. */
const remembered = 2_000;

/** The entries a reader saw last. By them it knows, when the store has gone back, how far. */
function openMemory(reader: Redis, stream: string) {
  let seen: string[] = [];
  return {
    note(entries: readonly Entry[]): void {
      seen = [...seen, ...entries.map(([id]) => id)].slice(-remembered);
    },

    /** The latest one that the store still has. */
    async latestKept(): Promise<Place | undefined> {
      const [first] = seen;
      if (first === undefined) return undefined;
      const kept = new Set((await reader.xrange(stream, first, '+', 'COUNT', remembered)).map(([id]) => id));
      seen = seen.slice(0, seen.findLastIndex((id) => kept.has(id)) + 1);
      const id = seen.at(-1);
      return id === undefined ? undefined : { id };
    },
  };
}

/**
 * The events in a stream entry. One that nothing can be made of is `undefined`: it must not stop its readers
 * for ever.
 */
export function readable(entry: Entry, origin: EventOrigin): MatchmakingEvent[] | undefined {
  try {
    const events = storedEvents(entry).map((stored) => toEvent(stored, origin, iso));
    return events.length > 0 ? events : undefined;
  } catch {
    return undefined;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
