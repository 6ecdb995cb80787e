import type { Candidate } from './candidate.ts';
import { type Engine, judgementAt } from './engine.ts';
import type { Seated } from './found.ts';
import { swapGroups } from './group-swap.ts';
import { Lineup } from './lineup.ts';
import { type Split, splitsOf } from './splits.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';
import { TeamMeans } from './team-means.ts';
import { holding } from './verdict.ts';

/**
 * Shares of what the tickets of a match differ by. Teams whose means lie no further apart than the first are even enough to
 * bring nobody else into the match; at the second, swapping tickets between them ends.
 */
const evenEnough = 0.003;
const evenInDetail = 0.0005;
/** What weighing a split costs of a step: sums are compared, no rule is asked. */
const weighing = 1 / 64;
/** A match that breaks a rule as it stands: how many of its splits are tried in the hope that one does not. */
const hopes = 8;
/** How many exchanges are tried that turn out to break a rule, before the next one that does not. */
const refusals = 8;

/** A match under work: how far apart its teams' means are, and whether every rule holds; those that ask for no teams do. */
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
  readonly #engine: Engine;
  readonly #means: TeamMeans;
  readonly #trial: Lineup;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#means = new TeamMeans(engine);
    this.#trial = new Lineup(engine);
  }

  /**
   * Splits the tickets best; then, as long as that helps, exchanges one for a waiting one of its size and splits again. The
   * first member stays. Undefined when `seated` breaks a rule and no way to mend that was found. Judging a line-up
   * costs a step.
   */
  balance(seated: Seated, holds: boolean, waiting: readonly Candidate[], tally: Tally): Balanced | undefined {
    if (!holds && !this.#suitEachOther(seated)) return undefined;
    let state: State = { ...copyOf(seated), spread: this.#spreadOf(seated), holds };
    const range = this.#range(seated.members);
    let exact = true;
    for (let round = 0; round <= seated.members.length; round++) {
      // Exchanges keep sizes, so there are as many splits after them as before.
      const splits: Split[] | undefined = exact ? splitsOf(this.#engine, state, this.#means) : undefined;
      exact = splits !== undefined;
      tally.steps += Math.ceil((splits?.length ?? 0) * weighing);
      state = splits ? this.#bestOf(splits, state, tally) : this.#swap(state, evenInDetail * range, tally);
      if (state.spread <= evenEnough * range) break;
      const exchanged = this.#exchange(state, waiting, tally);
      if (exchanged === undefined) break;
      state = exchanged;
    }
    return state.holds ? { ...state, even: state.spread <= evenEnough * range } : undefined;
  }

  /** The most even split that keeps the rules; where none is known to, the most even one. */
  #bestOf(splits: readonly Split[], state: State, tally: Tally): State {
    const better = splits.filter(({ spread }) => !state.holds || spread < state.spread);
    better.sort((a, b) => a.spread - b.spread);
    for (const split of state.holds ? better : better.slice(0, hopes)) {
      const next = { ...state, ...split };
      if (this.#keepsRules(next, tally, true)) return { ...next, holds: true };
    }
    return state.holds ? state : { ...state, ...better[0] };
  }

  /** Swaps tickets between teams, each time those that even them most: single ones of a size, else one or two for one or two. */
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
    const next = swapGroups(this.#engine, state, this.#means, this.#means.settle());
    if (next === undefined) return undefined;
    const holds = this.#keepsRules(next, tally, true);
    return holds || !state.holds ? { ...next, spread: this.#spreadOf(next), holds } : undefined;
  }

  /**
   * The exchange that evens the teams most, of those that keep the rules: of two tickets on different teams, or of one for a
   * waiting one.
   */
  #exchange(state: State, waiting: readonly Candidate[], tally: Tally): State | undefined {
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

  /** Index of the leaving member times the number of tickets, plus that of the ticket that takes its place. */
  #bestExchange(
    { members, places }: Seated,
    waiting: readonly Candidate[],
    deviation: number,
    refused: ReadonlySet<number>,
  ): number | undefined {
    const tickets = members.length + waiting.length;
    const present = new Set(members);
    let best: number | undefined;
    let least = deviation * (1 - 1e-9);
    for (let one = 0; one < members.length; one++) {
      const leaving = members[one];
      if (leaving === undefined || leaving.backfill) continue;
      for (let other = waiting.length > 0 ? members.length : one + 1; other < tickets; other++) {
        const joining = members[other] ?? waiting[other - members.length];
        if (joining === undefined || joining.size !== leaving.size || joining.backfill) continue;
        const [from = -1, to = -1] = [places[one], places[other]];
        if (to < 0 ? one === 0 || present.has(joining) : to === from) continue;
        const after = this.#means.after(leaving, joining, from, to);
        if (after < least && !refused.has(one * tickets + other))
          [best, least] = [one * tickets + other, after];
      }
    }
    return best;
  }

  /** Whether the rules hold that only ask who is in the match. */
  #suitEachOther(seated: Seated): boolean {
    this.#seat(seated);
    const { checks = [] } = judgementAt(this.#engine, this.#trial.stage, this.#trial.backfill) ?? {};
    return checks.every(({ ofTeams, judge }) => ofTeams || judge(this.#trial) >= holding);
  }

  /** `split`: the tickets are known to suit each other. */
  #keepsRules(seated: Seated, tally: Tally, split: boolean): boolean {
    tally.steps++;
    this.#seat(seated);
    const standing = standingOf(this.#engine, this.#trial, tally, split);
    return standing === 'playable' || standing === 'full';
  }

  #seat({ members, places }: Seated): void {
    this.#trial.clear();
    for (let index = 0; index < members.length; index++)
      this.#trial.push(members[index] as Candidate, places[index] ?? -1);
  }

  #spreadOf({ members, places }: Seated): number {
    this.#means.clear();
    for (let index = 0; index < members.length; index++)
      this.#means.seat(members[index] as Candidate, places[index] ?? -1);
    return this.#means.spread();
  }

  /** By how much the tickets differ, in the units of the spread. */
  #range(members: readonly Candidate[]): number {
    let range = 0;
    for (const { index, scale } of this.#engine.balance) {
      const numbers = members.map((member) => member.numbers[index] ?? 0);
      range += (Math.max(...numbers) - Math.min(...numbers)) / scale;
    }
    return range;
  }
}

const copyOf = ({ members, places }: Seated): Seated => ({ members: [...members], places: [...places] });

function exchanged({ members, places }: Seated, waiting: readonly Candidate[], exchange: number): Seated {
  const tickets = members.length + waiting.length;
  const [one, other] = [Math.floor(exchange / tickets), exchange % tickets];
  const joining = waiting[other - members.length];
  if (joining !== undefined) return { members: members.with(one, joining), places };
  return { members, places: places.with(one, places[other] ?? -1).with(other, places[one] ?? -1) };
}
