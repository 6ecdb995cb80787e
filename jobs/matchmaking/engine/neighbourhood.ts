import type { Candidate } from './candidate.ts';

/**
 * The waiting tickets of one key, sorted by their first number, as a doubly linked list: taking one out is two writes,
 * and the nearest to an anchor are found by walking outward from it.
 */
export class Neighbourhood {
  readonly #sorted: readonly Candidate[];
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  constructor(candidates: readonly Candidate[]) {
    this.#sorted = [...candidates].sort((a, b) => (a.numbers[0] ?? 0) - (b.numbers[0] ?? 0));
    const { length } = this.#sorted;
    this.#next = Int32Array.from({ length }, (_, index) => (index + 1 < length ? index + 1 : -1));
    this.#previous = Int32Array.from({ length }, (_, index) => index - 1);
    this.#sorted.forEach((candidate, index) => {
      candidate.at = index;
    });
  }

  take(candidate: Candidate): void {
    if (candidate.taken) return;
    candidate.taken = true;
    const { at } = candidate;
    const [next, previous] = [this.#next[at] ?? -1, this.#previous[at] ?? -1];
    if (next >= 0) this.#previous[next] = previous;
    if (previous >= 0) this.#next[previous] = next;
  }

  /**
   * Up to `limit` waiting tickets around the anchor, nearest first, none further than `window`; equally near ones by
   * age. `more` says that others within the window were left out.
   */
  around(anchor: Candidate, window: number, limit: number): { near: Candidate[]; more: boolean } {
    const near: Candidate[] = [];
    const centre = anchor.numbers[0] ?? 0;
    let low = this.#previous[anchor.at] ?? -1;
    let high = this.#next[anchor.at] ?? -1;
    for (;;) {
      const below = low < 0 ? Number.POSITIVE_INFINITY : centre - (this.#sorted[low]?.numbers[0] ?? 0);
      const above = high < 0 ? Number.POSITIVE_INFINITY : (this.#sorted[high]?.numbers[0] ?? 0) - centre;
      const at = below < above ? low : above < below ? high : this.#older(low, high);
      const candidate = this.#sorted[at];
      if (candidate === undefined || Math.min(below, above) > window) return { near, more: false };
      if (near.length === limit) return { near, more: true };
      near.push(candidate);
      if (at === low) low = this.#previous[low] ?? -1;
      else high = this.#next[high] ?? -1;
    }
  }

  #older(low: number, high: number): number {
    const [one, other] = [this.#sorted[low], this.#sorted[high]];
    if (one === undefined || other === undefined) return one === undefined ? high : low;
    return one.ticket.startTime <= other.ticket.startTime ? low : high;
  }
}
