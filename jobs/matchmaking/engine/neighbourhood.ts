import type { Engine } from './engine.ts';
import { sortedAlong } from './number-order.ts';
import { compareContents } from './preference.ts';
import type { Scene } from './scene.ts';
import { slackOf } from './slack.ts';
import type { Slot, Tickets } from './tickets.ts';

/**
 * The waiting tickets of one key in one line, neighbours side by side: by the first number that decides who
 * suits whom, else by `sortByAttributes`, else by age. A doubly linked list over it makes taking a ticket out
 * two writes, and the nearest to an anchor are found by walking outward from it.
 */
export class Neighbourhood {
  readonly #scene: Scene;
  readonly #tickets: Tickets;
  #line: Slot[] = [];
  #positions = new Float64Array();
  #next = new Int32Array();
  #previous = new Int32Array();
  #arrivals: Slot[] = [];
  #gaps = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#tickets = scene.tickets;
  }

  add(slot: Slot): void {
    this.#arrivals.push(slot);
  }

  /** The ticket has left the pool for good; its place closes with the next `settle`. */
  forget(slot: Slot): void {
    this.take(slot);
    this.#gaps++;
  }

  get size(): number {
    return this.#line.length + this.#arrivals.length - this.#gaps;
  }

  /** Tickets in no match. */
  get waiting(): number {
    return this.#arrivals.length + this.#line.filter((slot) => !this.#tickets.isTaken(slot)).length;
  }

  /** Any waiting ticket, as a representative of this key. */
  any(): Slot | undefined {
    return this.#line.find((slot) => !this.#tickets.isTaken(slot));
  }

  /** Puts arrivals in their places and closes gaps. Costs nothing when nothing changed. */
  settle(): void {
    if (this.#arrivals.length === 0 && this.#gaps === 0) return;
    const compare = comparison(this.#scene);
    const [staying, present] = [this.#line, this.#arrivals].map((slots) =>
      this.#gaps === 0 ? slots : slots.filter((slot) => !this.#tickets.isGone(slot)),
    ) as [Slot[], Slot[]];
    const { engine } = this.#scene;
    const arrivals = hasNumber(engine)
      ? sortedAlong(this.#tickets, present, columnOf(engine))
      : present.sort(compare);
    this.#line = merged(staying, arrivals, compare);
    this.#arrivals = [];
    this.#gaps = 0;
    this.#link();
  }

  #link(): void {
    const { length } = this.#line;
    const byNumber = hasNumber(this.#scene.engine);
    const column = columnOf(this.#scene.engine);
    this.#positions = new Float64Array(length);
    this.#next = new Int32Array(length).fill(-1);
    this.#previous = new Int32Array(length).fill(-1);
    let last = -1;
    for (let at = 0; at < length; at++) {
      const slot = this.#line[at] ?? -1;
      this.#tickets.setAt(slot, at);
      this.#positions[at] = byNumber ? this.#tickets.cell(slot, column) : at;
      if (this.#tickets.isTaken(slot)) continue;
      this.#previous[at] = last;
      if (last >= 0) this.#next[last] = at;
      last = at;
    }
  }

  take(slot: Slot): void {
    if (this.#tickets.isTaken(slot)) return;
    this.#tickets.setTaken(slot, true);
    const at = this.#tickets.at(slot);
    if (this.#line[at] !== slot) return;
    const next = this.#next[at] ?? -1;
    const previous = this.#previous[at] ?? -1;
    if (next >= 0) this.#previous[next] = previous;
    if (previous >= 0) this.#next[previous] = next;
  }

  /** Undoes `take` for a match that could not be committed. */
  release(slot: Slot): void {
    this.#tickets.setTaken(slot, false);
    this.#link();
  }

  /**
   * Up to `limit` waiting tickets around the anchor, nearest first, none further than `window`; of two
   * equally near ones the older; only those who `suits` takes, if it is given. `more` says that others within
   * the window were left out.
   */
  around(
    anchor: Slot,
    window: number,
    limit: number,
    suits?: (slot: Slot) => boolean,
  ): { near: Slot[]; more: boolean } {
    const near: Slot[] = [];
    const line = this.#line;
    const positions = this.#positions;
    const from = this.#tickets.at(anchor);
    const centre = positions[from] ?? 0;
    // A limit has slack at each end of it, and the positions are rounded means themselves.
    const reach = window + 4 * slackOf(centre, window);
    let low = this.#previous[from] ?? -1;
    let high = this.#next[from] ?? -1;
    for (;;) {
      const below = low < 0 ? Number.POSITIVE_INFINITY : centre - (positions[low] ?? 0);
      const above = high < 0 ? Number.POSITIVE_INFINITY : (positions[high] ?? 0) - centre;
      const isLow =
        below < above ||
        (below === above && low >= 0 && this.#tickets.byAge(line[low] ?? -1, line[high] ?? -1) < 0);
      const slot = line[isLow ? low : high];
      if (slot === undefined || Math.min(below, above) > reach) return { near, more: false };
      if (suits === undefined || suits(slot)) {
        if (near.length === limit) return { near, more: true };
        near.push(slot);
      }
      if (isLow) low = this.#previous[low] ?? -1;
      else high = this.#next[high] ?? -1;
    }
  }
}

/** Whether the line runs along a number; then distances on it mean something, else only the order does. */
function hasNumber({ nearness, sortColumns, order, stages }: Engine): boolean {
  if (nearness.length === 0) return false;
  const windowed = Number.isFinite(stages.at(-1)?.window);
  return windowed || (order === 'closest' && sortColumns.length === 0);
}

/** The first of the numbers that decide who suits whom. */
const columnOf = ({ nearness }: Engine): number => nearness[0]?.column ?? -1;

function comparison({ engine, tickets }: Scene): (a: Slot, b: Slot) => number {
  const column = columnOf(engine);
  if (hasNumber(engine))
    return (a, b) => tickets.cell(a, column) - tickets.cell(b, column) || tickets.byAge(a, b);
  const { columns, sortColumns } = engine;
  const read = (slot: Slot, attribute: string) => {
    const [first] = tickets.playersOf(slot);
    return first && columns.content(first, attribute);
  };
  return (a, b) => {
    for (const attribute of sortColumns) {
      const difference = compareContents(read(a, attribute), read(b, attribute));
      if (difference !== 0) return difference;
    }
    return tickets.byAge(a, b);
  };
}

/**
 * Few usually join many, so places are searched for: comparing along the whole line would read every ticket
 * in it.
 */
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
