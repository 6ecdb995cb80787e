import type { Engine, Nearness } from './engine.ts';
import type { Scene } from './scene.ts';
import type { Slot, Tickets } from './tickets.ts';

/**
 * The teams' means in the numbers that should be alike (`Engine.balance`), kept as sums: weighing an exchange
 * of two tickets costs a few operations, whatever the size of the match.
 */
export class TeamMeans {
  readonly #engine: Engine;
  readonly #tickets: Tickets;
  readonly #teams: number;
  /** By number, then team. */
  readonly #sums: Float64Array;
  readonly #players: Int32Array;
  /** Sum and sum of squares of the teams' means, by number. */
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  /** Teams with players, as of `settle`. */
  #active = 0;

  constructor({ engine, tickets }: Scene) {
    this.#engine = engine;
    this.#tickets = tickets;
    this.#teams = engine.teamNames.length;
    this.#sums = new Float64Array(engine.balance.length * this.#teams);
    this.#players = new Int32Array(this.#teams);
    this.#first = new Float64Array(engine.balance.length);
    this.#second = new Float64Array(engine.balance.length);
  }

  clear(): void {
    this.#sums.fill(0);
    this.#players.fill(0);
  }

  /** Seats a ticket; `sign` -1 takes it away again. `team` counts only for tickets that are no backfill. */
  seat(slot: Slot, team: number, sign: 1 | -1 = 1): void {
    const tickets = this.#tickets;
    const { balance } = this.#engine;
    const backfill = tickets.isBackfill(slot);
    for (let row = tickets.firstRow(slot); row >= 0; row = tickets.next(row)) {
      const on = backfill ? tickets.team(row) : team;
      const players = sign * tickets.size(row);
      this.#players[on] = (this.#players[on] ?? 0) + players;
      for (let at = 0; at < balance.length; at++)
        this.#add(at, on, players * tickets.cell(row, balance[at]?.column ?? -1));
    }
  }

  #add(at: number, team: number, value: number): void {
    const place = at * this.#teams + team;
    this.#sums[place] = (this.#sums[place] ?? 0) + value;
  }

  /**
   * How far the teams' means lie apart, in units of the rule set's limits. Teams without players do not
   * count.
   */
  spread(): number {
    let total = 0;
    for (let at = 0; at < this.#first.length; at++) {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let team = 0; team < this.#teams; team++) {
        if (this.#players[team] === 0) continue;
        const mean = this.#mean(at, team);
        if (mean < low) low = mean;
        if (mean > high) high = mean;
      }
      if (high > low) total += (high - low) / (this.#engine.balance[at]?.scale ?? 1);
    }
    return total;
  }

  /**
   * To be called before `after`, once tickets have been seated. Returns what `after` would, were nothing
   * exchanged.
   */
  settle(): number {
    this.#first.fill(0);
    this.#second.fill(0);
    this.#active = this.#players.reduce((teams, players) => teams + Number(players > 0), 0);
    for (let at = 0; at < this.#first.length; at++)
      for (let team = 0; team < this.#teams; team++) {
        const mean = this.#mean(at, team);
        this.#first[at] = (this.#first[at] ?? 0) + mean;
        this.#second[at] = (this.#second[at] ?? 0) + mean * mean;
      }
    return this.after([], [], -1, -1);
  }

  /**
   * Squared deviations of the teams' means if tickets changed places with as many players: `leaving` the team
   * `from` for `to`, `joining` the other way. `to` is -1 where these are in no team. Unlike the spread it
   * tells every step towards even teams from a step aside, also among many teams.
   */
  after(leaving: readonly Slot[], joining: readonly Slot[], from: number, to: number): number {
    let total = 0;
    for (let at = 0; at < this.#first.length; at++) {
      let first = this.#first[at] ?? 0;
      let second = this.#second[at] ?? 0;
      const { column, scale } = this.#engine.balance[at] as Nearness;
      if (leaving.length > 0) {
        const gain = this.#sum(joining, column) - this.#sum(leaving, column);
        const left = this.#mean(at, from);
        const leftAfter = left + gain / (this.#players[from] ?? 1);
        first += leftAfter - left;
        second += leftAfter * leftAfter - left * left;
        if (to >= 0) {
          const right = this.#mean(at, to);
          const rightAfter = right - gain / (this.#players[to] ?? 1);
          first += rightAfter - right;
          second += rightAfter * rightAfter - right * right;
        }
      }
      total += (second - (first * first) / this.#active) / (scale * scale);
    }
    return total;
  }

  #sum(slots: readonly Slot[], column: number): number {
    let sum = 0;
    for (const slot of slots) sum += this.#tickets.size(slot) * this.#tickets.cell(slot, column);
    return sum;
  }

  #mean(at: number, team: number): number {
    const players = this.#players[team] ?? 0;
    return players === 0 ? 0 : (this.#sums[at * this.#teams + team] ?? 0) / players;
  }
}
