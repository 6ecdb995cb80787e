import { idNumber, noId } from '../../jobs/chain.ts';
import { at, RequestError } from '../request-error.ts';

/**
 * A place in the event stream: the last entry of which all events were read, and of the next one how many.
 */
export interface Place {
  readonly id: string;
  readonly next?: { readonly id: string; readonly events: number };
}

/** Before the first event there ever was. */
export const beginning: Place = { id: noId };

/** A place as callers keep it. */
export const positionOf = ({ id, next }: Place): string => (next ? `${id}/${next.id}/${next.events}` : id);

const form = /^(\d{1,15}-\d{1,16})(?:\/(\d{1,15}-\d{1,16})\/(\d{1,6}))?$/;

/** The place that callers kept as a position. Anything else is refused by name. */
export function placeOf(position: unknown): Place {
  const [, id, nextId, events] = form.exec(String(position)) ?? [];
  if (id === undefined)
    throw new RequestError(
      'invalid-request',
      at(
        'from',
        `${String(position).slice(0, 60)} is no position that a reader of events was given; 0 begins with the oldest event kept`,
      ),
    );
  return nextId === undefined ? { id } : { id, next: { id: nextId, events: Number(events) } };
}

/** Whether one place comes before another of the same store. */
export const isBefore = (one: Place, other: Place): boolean => idNumber(one.id) < idNumber(other.id);
