import { type EventOrigin, type MatchmakingEvent, type StoredEvent, toEvent } from './event.ts';

/** Limits of one PublishBatch call of Amazon SNS; the bytes are also those of one message. */
export const batchLimits = { entries: 10, bytes: 256 * 1024 } as const;

/** An event as a message to a topic. */
export interface Notification {
  readonly event: MatchmakingEvent;
  readonly number: number;
  readonly body: string;
  /**
   * What keeps its order on a FIFO topic: the pool; the configuration, where the ticket has not entered a
   * pool. So all events of one ticket have one group, unless a new rule set moves the ticket to another pool.
   */
  readonly group: string;
  /**
   * What subscriptions filter by: `eventType`, e.g. `MatchmakingSucceeded`, and `configuration`, its name.
   */
  readonly attributes: Readonly<Record<'eventType' | 'configuration', string>>;
  /** As SNS counts them: body and attributes. */
  readonly bytes: number;
}

/** An event of a domain as a message. */
export function toNotification(
  stored: StoredEvent,
  origin: EventOrigin,
  iso: (ms: number) => string,
): Notification {
  const event = toEvent(stored, origin, iso);
  const body = JSON.stringify(event);
  const attributes = { eventType: stored.type, configuration: stored.configuration };
  const attributeBytes = Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + name.length + 'String'.length + value.length,
    0,
  );
  const bytes = new TextEncoder().encode(body).length + attributeBytes;
  return {
    event,
    number: stored.number,
    body,
    group: stored.pool ?? stored.configuration,
    attributes,
    bytes,
  };
}

/**
 * Messages in order, as few calls as the limits allow; each message alone must fit. Messages about the same
 * thing (`about` names it) go in different calls: a call may fail for one of its messages and deliver those
 * behind it.
 */
export function inBatches<Message extends { readonly bytes: number }>(
  messages: readonly Message[],
  about: (message: Message) => readonly string[] = () => [],
): Message[][] {
  const batches: Message[][] = [];
  let batch: Message[] = [];
  let bytes = 0;
  let named = new Set<string>();
  for (const message of messages) {
    const names = about(message);
    const full = batch.length === batchLimits.entries || bytes + message.bytes > batchLimits.bytes;
    if (full || names.some((name) => named.has(name))) {
      if (batch.length > 0) batches.push(batch);
      batch = [];
      bytes = 0;
      named = new Set();
    }
    batch.push(message);
    bytes += message.bytes;
    for (const name of names) named.add(name);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
