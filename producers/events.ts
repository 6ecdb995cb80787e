import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Actor } from '../jobs/contract.ts';
import { type DomainKeys, domainKeys } from '../jobs/keys.ts';
import { type EventOrigin, type MatchmakingEvent, storedEvent, toEvent } from '../jobs/matchmaking/event.ts';
import { patientTwin } from './connection.ts';

/** What a reader of the event stream gets, in stream order. Keep `position` to resume after it. */
export type StreamItem =
  | { readonly kind: 'event'; readonly position: number; readonly event: MatchmakingEvent }
  /**
   * Events after number `from` up to `position` are gone: the reader fell behind retention, or an entry is damaged. With
   * `position` before `from` the store has lost the events after `position`: what comes next has their numbers.
   */
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
  const keys = domainKeys(domain);
  const reader = patientTwin(redis);
  reader.on('error', options.onError);
  const leave = () => reader.disconnect();
  options.signal?.addEventListener('abort', leave, { once: true });
  try {
    const latest = await latestNumber(redis, keys);
    let position = options.from ?? latest;
    // Who asks for the oldest kept misses nothing, whatever its number.
    let anyFirst = options.from === 0;
    const memory = openMemory(reader, keys);
    while (!options.signal?.aborted) {
      const entries = await following(reader, keys, position);
      const common = await memory.lostBy(position);
      if (common !== undefined) {
        yield { kind: 'gap', from: position, position: common };
        position = common;
        continue;
      }
      if (entries.length === 0) {
        const end = await endOf(reader, keys, position);
        if (end !== position) {
          if (!anyFirst) yield { kind: 'gap', from: position, position: end };
          position = end;
        }
      }
      for (const [id, fields] of entries) {
        if (options.signal?.aborted) return;
        const number = Number.parseInt(id, 10);
        if (!anyFirst && number > position + 1) yield { kind: 'gap', from: position, position: number - 1 };
        anyFirst = false;
        position = number;
        memory.note(number, fields);
        const event = readable(number, fields, options.origin);
        yield event ? { kind: 'event', position, event } : { kind: 'gap', from: number - 1, position };
      }
    }
  } catch (error) {
    // Who leaves has the connection closed under what it was waiting for.
    if (!options.signal?.aborted) throw error;
  } finally {
    options.signal?.removeEventListener('abort', leave);
    leave();
  }
}

const markOf = (fields: readonly string[]): string =>
  createHash('sha1').update(fields.join('\n')).digest('base64');

/** How many of the events it saw last a reader knows again: more than a failover takes back. */
const remembered = 2_000;

/**
 * What a reader saw last. By it the reader knows that the store has gone back since, also when other events have taken
 * the numbers of those that were lost.
 */
function openMemory(reader: Redis, keys: DomainKeys) {
  const seen = new Map<number, string>();
  const stored = async (from: number, to: number) =>
    new Map(
      (await reader.xrange(keys.events(), `${from}-0`, `${to}-0`)).map(
        ([id, fields]) => [Number.parseInt(id, 10), markOf(fields)] as const,
      ),
    );
  const forget = (number: number) => void seen.delete(number);

  return {
    note(number: number, fields: readonly string[]): void {
      seen.set(number, markOf(fields));
      if (seen.size > remembered) forget(seen.keys().next().value ?? 0);
    },

    /** Where the store has lost the event at a reader's position: the latest one seen that it has still. */
    async lostBy(position: number): Promise<number | undefined> {
      if (!seen.has(position)) return undefined;
      const now = (await stored(position, position)).get(position);
      const trimmed = now === undefined && (await latestNumber(reader, keys)) >= position;
      if (trimmed || now === seen.get(position)) return undefined;
      const numbers = [...seen.keys()];
      const first = numbers[0] ?? position;
      const kept = await stored(first, position);
      const common = numbers.findLast((number) => kept.get(number) === seen.get(number)) ?? first - 1;
      numbers.filter((number) => number > common).forEach(forget);
      return common;
    },
  };
}

/** The event in a stream entry. One that nothing can be made of is `undefined`: it must not stop its readers for ever. */
export function readable(
  number: number,
  fields: readonly string[],
  origin: EventOrigin,
): MatchmakingEvent | undefined {
  try {
    return toEvent(number, storedEvent(fields), origin, iso);
  } catch {
    return undefined;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

const latestNumber = async (reader: Redis, keys: DomainKeys): Promise<number> =>
  Number((await reader.get(keys.eventNumber())) ?? 0);

/** The entries after a position; waits a little for the first. */
async function following(reader: Redis, keys: DomainKeys, position: number): Promise<[string, string[]][]> {
  const from = ['STREAMS', keys.events(), `${position}-0`] as const;
  return entriesOf(await reader.xread('COUNT', batch, 'BLOCK', blockMs, ...from));
}

/**
 * Where a reader stands that found nothing after its position. Behind it, when all that followed was trimmed while it
 * was away; before it, when the store has lost what the reader saw last and numbers start over; else there.
 */
async function endOf(reader: Redis, keys: DomainKeys, position: number): Promise<number> {
  const latest = await latestNumber(reader, keys);
  if (latest <= position) return latest;
  const [next] = await reader.xrange(keys.events(), `(${position}-0`, '+', 'COUNT', 1);
  return next ? position : latest;
}

/** RESP2 answers a list of streams, RESP3 a map. */
function entriesOf(answer: unknown): [string, string[]][] {
  if (!answer) return [];
  const streams = Array.isArray(answer) ? answer.map((pair) => pair[1]) : Object.values(answer);
  return streams.flat() as [string, string[]][];
}
