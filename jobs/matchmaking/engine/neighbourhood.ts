import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import { sortedAlong } from './number-order.ts';
import { compareContents } from './preference.ts';
import { slackOf } from './slack.ts';

/**
 * The waiting tickets of one key in one line, neighbours side by side: by the first number that decides who suits whom,
 * else by `sortByAttributes`, else by age. A doubly linked list over it makes taking a ticket out two writes, and the
 * nearest to an anchor are found by walking outward from it.
 */
export class Neighbourhood {
  readonly #engine: Engine;
  #line: Candidate[] = [];
  #positions = new Float64Array();
  #next = new Int32Array();
  #previous = new Int32Array();
  #arrivals: Candidate[] = [];
  #gaps = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(candidate: Candidate): void {
    this.#arrivals.push(candidate);
  }

  /** The candidate has left the pool for good; its place closes with the next `settle`. */
  forget(candidate: Candidate): void {
    this.take(candidate);
    this.#gaps++;
  }

  get size(): number {
    return this.#line.length + this.#arrivals.length - this.#gaps;
  }

  /** Tickets in no match. */
  get waiting(): number {
    let waiting = this.#arrivals.length;
    for (const { taken } of this.#line) if (!taken) waiting++;
    return waiting;
  }

  /** Some waiting ticket, for all of them. */
  any(): Candidate | undefined {
    return this.#line.find(({ taken }) => !taken);
  }

  /** Puts arrivals in their places and closes gaps. Costs nothing when nothing changed. */
  settle(): void {
    if (this.#arrivals.length === 0 && this.#gaps * 2 <= this.#line.length) return;
    const compare = comparison(this.#engine);
    const present = this.#arrivals.filter(({ gone }) => !gone);
    const arrivals = hasNumber(this.#engine) ? sortedAlong(present, byAge) : present.sort(compare);
    const staying = this.#gaps === 0 ? this.#line : this.#line.filter(({ gone }) => !gone);
    this.#line = merged(staying, arrivals, compare);
    this.#arrivals = [];
    this.#gaps = 0;
    this.#link();
  }

  #link(): void {
    const { length } = this.#line;
    const byNumber = hasNumber(this.#engine);
    this.#positions = new Float64Array(length);
    this.#next = new Int32Array(length).fill(-1);
    this.#previous = new Int32Array(length).fill(-1);
    let last = -1;
    for (let at = 0; at < length; at++) {
      const candidate = this.#line[at];
      if (candidate === undefined) continue;
      candidate.at = at;
      this.#positions[at] = byNumber ? (candidate.numbers[0] ?? 0) : at;
      if (candidate.taken) continue;
      this.#previous[at] = last;
      if (last >= 0) this.#next[last] = at;
      last = at;
    }
  }

  take(candidate: Candidate): void {
    if (candidate.taken) return;
    candidate.taken = true;
    const { at } = candidate;
    if (this.#line[at] !== candidate) return;
    const next = this.#next[at] ?? -1;
    const previous = this.#previous[at] ?? -1;
    if (next >= 0) this.#previous[next] = previous;
    if (previous >= 0) this.#next[previous] = next;
  }

  /** Undoes `take` for a match that could not be committed. */
  release(candidate: Candidate): void {
    candidate.taken = false;
    this.#link();
  }

  /** Every waiting ticket no further than `window` from the centre. */
  *within(centre: Candidate, window: number): Generator<Candidate> {
    const { near } = this.around(centre, window, Number.POSITIVE_INFINITY);
    yield* near;
  }

  /**
   * Up to `limit` waiting tickets around the anchor, nearest first, none further than `window`; of two equally near ones
   * the older; only those who `suits` takes, if it is given. `more` says that others within the window were left out.
   */
  around(
    anchor: Candidate,
    window: number,
    limit: number,
    suits?: (candidate: Candidate) => boolean,
  ): { near: Candidate[]; more: boolean } {
    const near: Candidate[] = [];
    const [line, positions] = [this.#line, this.#positions];
    const centre = positions[anchor.at] ?? 0;
    // A limit has slack at each end of it, and the positions are rounded means themselves.
    const reach = window + 4 * slackOf(centre, window);
    let low = this.#previous[anchor.at] ?? -1;
    let high = this.#next[anchor.at] ?? -1;
    for (;;) {
      const below = low < 0 ? Number.POSITIVE_INFINITY : centre - (positions[low] ?? 0);
      const above = high < 0 ? Number.POSITIVE_INFINITY : (positions[high] ?? 0) - centre;
      const at = below < above || (below === above && this.#older(low, high)) ? low : high;
      const candidate = line[at];
      if (candidate === undefined || Math.min(below, above) > reach) return { near, more: false };
      if (suits === undefined || suits(candidate)) {
        if (near.length === limit) return { near, more: true };
        near.push(candidate);
      }
      if (at === low) low = this.#previous[low] ?? -1;
      else high = this.#next[high] ?? -1;
    }
  }

  #older(one: number, other: number): boolean {
    const [a, b] = [this.#line[one], this.#line[other]];
    if (a === undefined || b === undefined) return a !== undefined;
    return (
      a.ticket.since - b.ticket.since < 0 || (a.ticket.since === b.ticket.since && a.arrival < b.arrival)
    );
  }
}

/** Whether the line runs along a number; then distances on it mean something, else only the order does. */
function hasNumber({ nearness, sortColumns, order, stages }: Engine): boolean {
  if (nearness.length === 0) return false;
  const windowed = Number.isFinite(stages.at(-1)?.window);
  return windowed || (order === 'closest' && sortColumns.length === 0);
}

const byAge = (a: Candidate, b: Candidate): number =>
  a.ticket.since - b.ticket.since || a.arrival - b.arrival;

function comparison(engine: Engine): (a: Candidate, b: Candidate) => number {
  if (hasNumber(engine)) return (a, b) => (a.numbers[0] ?? 0) - (b.numbers[0] ?? 0) || byAge(a, b);
  const { columns, sortColumns } = engine;
  if (sortColumns.length === 0) return byAge;
  const read = ({ ticket: { players } }: Candidate, attribute: string) =>
    players[0] === undefined ? undefined : columns.content(players[0], attribute);
  return (a, b) => {
    for (const attribute of sortColumns) {
      const difference = compareContents(read(a, attribute), read(b, attribute));
      if (difference !== 0) return difference;
    }
    return byAge(a, b);
  };
}

/** Few usually join many, so places are searched for: comparing along the whole line would read every ticket in it. */
function merged<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): T[] {
  if (left.length === 0) return [...right];
  const all: T[] = [];
  let from = 0;
  for (const item of right) {
    const to = placeOf(item, left, from, compare);
    for (; from < to; from++) all.push(left[from] as T);
    all.push(item);
  }
  for (; from < left.length; from++) all.push(left[from] as T);
  return all;
}

/** Behind everything on the line, from an index on, that does not come after the item. */
function placeOf<T>(item: T, line: readonly T[], from: number, compare: (a: T, b: T) => number): number {
  let [low, high] = [from, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(line[middle] as T, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
