import { Balancer } from './balancer.ts';
import { stageAllowing } from './evenness.ts';
import type { Found } from './found.ts';
import type { Lineup } from './lineup.ts';
import type { Scene } from './scene.ts';
import type { Standing } from './standing.ts';
import type { Tally } from './tally.ts';
import type { Slot } from './tickets.ts';

/** A match below its maximum, and when (ms) its hold is over. */
export interface Held {
  readonly players: number;
  readonly until: number;
}

/** A match that only the quality target keeps from being played, and when (ms) it has eased so far. */
export interface Uneven extends Held {
  /** The strongest side's against the weakest. */
  readonly chance: number;
}

/** How many full line-ups one search balances, until one is even enough. */
const trials = 4;

/** The best line-up that a search has seen: the largest, of full ones the most even. */
export class Outcome {
  readonly #engine: Scene['engine'];
  readonly #balancer: Balancer | undefined;
  /** Full line-ups that may still be balanced. */
  #trialsLeft = 0;
  /** How far apart the teams of the best full match are. */
  #spread = 0;
  /** Tickets that may take the place of others. */
  #waiting: readonly Slot[] = [];
  best: Found | undefined;
  /** The largest match that only its hold keeps from being played. */
  held: Held | undefined;
  /** The match that the quality target lets be played first. */
  uneven: Uneven | undefined;

  constructor(scene: Scene) {
    this.#engine = scene.engine;
    if (scene.engine.balance.length > 0) this.#balancer = new Balancer(scene);
  }

  /** Another search begins. */
  clear(candidates: readonly Slot[]): void {
    const closest = this.#engine.order === 'closest';
    this.best = undefined;
    this.#trialsLeft = closest ? trials : 1;
    this.#waiting = closest ? candidates : [];
  }

  /** Notes a line-up with room left. */
  note(lineup: Lineup, standing: Standing): void {
    if (lineup.isRunning) return;
    if (standing === 'uneven') this.#keepUneven(lineup);
    else if (standing === 'held' && (this.held?.players ?? 0) < lineup.players)
      this.held = { players: lineup.players, until: oldestIn(lineup) + this.#engine.holdMs };
    else if (standing === 'playable' && (this.best?.players ?? 0) < lineup.players)
      this.best = foundIn(lineup, false);
  }

  /**
   * Notes a full line-up, made as even as it can be. One that breaks a rule may keep it with its tickets on
   * other teams, or some of them exchanged. True when no better one needs to be looked for.
   */
  finish(lineup: Lineup, standing: Standing, tally: Tally): boolean {
    const first = this.best?.full !== true;
    const holds = standing === 'full';
    if (standing === 'uneven') this.note(lineup, standing);
    if (lineup.isRunning || (this.#trialsLeft === 0 && !(holds && first))) return !first;
    if (this.#balancer === undefined) {
      if (holds) this.best = foundIn(lineup, true);
      return holds;
    }
    this.#trialsLeft = Math.max(0, this.#trialsLeft - 1);
    const balanced = this.#balancer.balance(lineup, holds, this.#waiting, tally);
    if (balanced === undefined) return false;
    if (first || balanced.spread < this.#spread) {
      this.best = { ...balanced, players: lineup.players, full: true };
      this.#spread = balanced.spread;
    }
    return balanced.even || this.#trialsLeft === 0;
  }

  /**
   * The search is over: a match that is not full is balanced once it is known that there is no larger one.
   */
  conclude(tally: Tally): Found | undefined {
    const { best } = this;
    if (best === undefined || best.full) return best;
    return { ...best, ...this.#balancer?.balance(best, true, this.#waiting, tally) };
  }

  #keepUneven(lineup: Lineup): void {
    const { evenness, stages } = this.#engine;
    if (evenness === undefined) return;
    const unevenness = evenness.unevenness(lineup);
    const until = oldestIn(lineup) + (stages[stageAllowing(evenness, unevenness)]?.from ?? 0);
    if (until < (this.uneven?.until ?? Number.POSITIVE_INFINITY))
      this.uneven = { players: lineup.players, until, chance: 0.5 + unevenness };
  }
}

/** A line-up as it stands, as a match. */
export const foundIn = ({ members, places, players }: Lineup, full: boolean): Found => ({
  members: [...members],
  places: [...places],
  players,
  full,
});

const oldestIn = ({ members, tickets }: Lineup): number =>
  Math.min(...members.map((slot) => tickets.since(slot)));
