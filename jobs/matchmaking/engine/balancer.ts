import { judgementAt } from './engine.ts';
import type { Seated } from './found.ts';
import { swapGroups } from './group-swap.ts';
import { Lineup } from './lineup.ts';
import type { Scene } from './scene.ts';
import { type Split, type Splits, splitsOf } from './splits.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';
import { TeamMeans } from './team-means.ts';
import type { Slot } from './tickets.ts';
import { holding } from './verdict.ts';

/**
 * Shares of what the tickets of a match differ by. Teams whose means lie no further apart than the first are
 * even enough to bring nobody else into the match; at the second, swapping tickets between them ends.
 */
const evenEnough = 0.003;
const evenInDetail = 0.0005;
/** What weighing a split costs of a step: sums are compared, no rule is asked. */
const weighing = 1 / 64;
/**
 * A match that breaks a rule as it stands: how many of its splits are tried in the hope that one does not.
 */
const hopes = 8;
/** How many exchanges are tried that turn out to break a rule, before the next one that does not. */
const refusals = 8;

/**
 * A match under work: how far apart its teams' means are, and whether every rule holds; those that ask for no
 * teams do.
 */
interface State extends Seated {
  readonly spread: number;
  readonly holds: boolean;
}

interface Balanced extends Seated {
  readonly spread: number;
  /** Looking on for a match with more even teams is not worth it. */
  readonly even: boolean;
}

/** Makes a match's teams as even as the rules allow. Team sizes stay as they are. */
export class Balancer {
  readonly #scene: Scene;
  readonly #means: TeamMeans;
  readonly #trial: Lineup;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#means = new TeamMeans(scene);
    this.#trial = new Lineup(scene);
  }

  /**
   * Splits the tickets best; then, as long as that helps, exchanges one for a waiting one of its size and
   * splits again. The first member stays. Undefined when `seated` breaks a rule and no way to mend that was
   * found. Judging a line-up costs a step.
   */
  balance(seated: Seated, holds: boolean, waiting: readonly Slot[], tally: Tally): Balanced | undefined {
    if (!holds && !this.#suitEachOther(seated)) return undefined;
    let state: State = { ...copyOf(seated), spread: this.#spreadOf(seated), holds };
    const range = this.#range(seated.members);
    let exact = true;
    let count: number | undefined;
    for (let round = 0; round <= seated.members.length; round++) {
      // Exchanges keep sizes, so there are as many splits after them as before.
      const below = state.holds ? state.spread : Number.POSITIVE_INFINITY;
      const splits: Splits | undefined = exact
        ? splitsOf(this.#scene, state, this.#means, below, count)
        : undefined;
      exact = splits !== undefined;
      count = splits?.count;
      tally.steps += Math.ceil((count ?? 0) * weighing);
      state = splits
        ? this.#bestOf(splits.better, state, tally)
        : this.#swap(state, evenInDetail * range, tally);
      if (state.spread <= evenEnough * range) break;
      const exchanged = this.#exchange(state, waiting, tally);
      if (exchanged === undefined) break;
      state = exchanged;
    }
    return state.holds ? { ...state, even: state.spread <= evenEnough * range } : undefined;
  }

  /** The most even split that keeps the rules; where none is known to, the most even one. */
  #bestOf(better: readonly Split[], state: State, tally: Tally): State {
    for (const split of state.holds ? better : better.slice(0, hopes)) {
      const next = { ...state, ...split };
      if (this.#keepsRules(next, tally, true)) return { ...next, holds: true };
    }
    return state.holds ? state : { ...state, ...better[0] };
  }

  /**
   * Swaps tickets between teams, each time those that even them most: single ones of a size, else one or two
   * for one or two.
   */
  #swap(state: State, goal: number, tally: Tally): State {
    let best = state;
    for (let swaps = 0; swaps < state.members.length && best.spread > goal; swaps++) {
      const next = this.#exchange(best, [], tally) ?? this.#exchangeGroups(best, tally);
      if (next === undefined || (next.holds && best.holds && next.spread >= best.spread)) break;
      best = next;
    }
    return best;
  }

  #exchangeGroups(state: State, tally: Tally): State | undefined {
    this.#spreadOf(state);
    const next = swapGroups(this.#scene, state, this.#means, this.#means.settle());
    if (next === undefined) return undefined;
    const holds = this.#keepsRules(next, tally, true);
    return holds || !state.holds ? { ...next, spread: this.#spreadOf(next), holds } : undefined;
  }

  /**
   * The exchange that evens the teams most, of those that keep the rules: of two tickets on different teams,
   * or of one for a waiting one.
   */
  #exchange(state: State, waiting: readonly Slot[], tally: Tally): State | undefined {
    this.#spreadOf(state);
    const deviation = this.#means.settle();
    const refused = new Set<number>();
    while (refused.size < refusals) {
      const best = this.#bestExchange(state, waiting, deviation, refused);
      if (best === undefined) return undefined;
      const next = exchanged(state, waiting, best);
      const holds = this.#keepsRules(next, tally, false);
      if (holds || (!state.holds && this.#suitEachOther(next)))
        return { ...next, spread: this.#spreadOf(next), holds };
      refused.add(best);
    }
    return undefined;
  }

  /**
   * Index of the leaving member times the number of tickets, plus that of the ticket that takes its place.
   */
  #bestExchange(
    { members, places }: Seated,
    waiting: readonly Slot[],
    deviation: number,
    refused: ReadonlySet<number>,
  ): number | undefined {
    const { tickets } = this.#scene;
    const count = members.length + waiting.length;
    const present = new Set(members);
    const [leaving, joining]: [[Slot], [Slot]] = [[-1], [-1]];
    let best: number | undefined;
    let least = deviation * (1 - 1e-9);
    for (let one = 0; one < members.length; one++) {
      leaving[0] = members[one] ?? -1;
      const size = tickets.size(leaving[0]);
      const from = places[one] ?? -1;
      if (tickets.isBackfill(leaving[0]) || (one === 0 && waiting.length > 0)) continue;
      for (let other = waiting.length > 0 ? members.length : one + 1; other < count; other++) {
        const slot = members[other] ?? waiting[other - members.length] ?? -1;
        const to = places[other] ?? -1;
        if (tickets.size(slot) !== size || to === from || tickets.isBackfill(slot)) continue;
        joining[0] = slot;
        const after = this.#means.after(leaving, joining, from, to);
        if (after >= least || (to < 0 && present.has(slot)) || refused.has(one * count + other)) continue;
        [best, least] = [one * count + other, after];
      }
    }
    return best;
  }

  /** Whether the rules hold that only ask who is in the match. */
  #suitEachOther(seated: Seated): boolean {
    this.#trial.seat(seated);
    const { checks = [] } = judgementAt(this.#scene.engine, this.#trial.stage, this.#trial.backfill) ?? {};
    return checks.every(({ ofTeams, judge }) => ofTeams || judge(this.#trial) >= holding);
  }

  /** `split`: the tickets are known to suit each other. */
  #keepsRules(seated: Seated, tally: Tally, split: boolean): boolean {
    tally.steps++;
    this.#trial.seat(seated);
    const standing = standingOf(this.#scene.engine, this.#trial, tally, split);
    return standing === 'playable' || standing === 'full';
  }

  #spreadOf({ members, places }: Seated): number {
    this.#means.clear();
    for (let index = 0; index < members.length; index++)
      this.#means.seat(members[index] ?? -1, places[index] ?? -1);
    return this.#means.spread();
  }

  /** By how much the tickets differ, in the units of the spread. */
  #range(members: readonly Slot[]): number {
    let range = 0;
    for (const { column, scale } of this.#scene.engine.balance) {
      const numbers = members.map((slot) => this.#scene.tickets.cell(slot, column));
      range += (Math.max(...numbers) - Math.min(...numbers)) / scale;
    }
    return range;
  }
}

const copyOf = ({ members, places }: Seated): Seated => ({ members: [...members], places: [...places] });

function exchanged({ members, places }: Seated, waiting: readonly Slot[], exchange: number): Seated {
  const tickets = members.length + waiting.length;
  const [one, other] = [Math.floor(exchange / tickets), exchange % tickets];
  const joining = waiting[other - members.length];
  if (joining !== undefined) return { members: members.with(one, joining), places };
  return { members, places: places.with(one, places[other] ?? -1).with(other, places[one] ?? -1) };
}
