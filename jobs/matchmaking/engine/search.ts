import { judgementAt } from './engine.ts';
import { openTeams } from './fill-order.ts';
import type { Found } from './found.ts';
import { Lineup } from './lineup.ts';
import { foundIn, Outcome } from './outcome.ts';
import { pack } from './pack.ts';
import type { Scene } from './scene.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';
import type { Slot, Tickets } from './tickets.ts';

/**
 * Passing over a candidate costs this much of a step, so that long lists of parties that do not fit end too.
 */
const glance = 1 / 64;

/** A backfill ticket goes where its players already are. */
const ofBackfill = [-1];

/** One seat of the search's stack: which candidate it tries next, and on which of its teams. */
interface Level {
  index: number;
  turn: number;
  readonly teams: number[];
  /** The most seats that one team has left: a larger party fits nowhere. */
  space: number;
  /** Whether the candidate is in the line-up. */
  seated: boolean;
}

/** Builds matches around one anchor at a time, depth first, keeping the best seen on the way. */
export class Search {
  readonly #scene: Scene;
  readonly #engine: Scene['engine'];
  readonly #tickets: Tickets;
  readonly #lineup: Lineup;
  #tally: Tally;
  #chance: () => number;
  #budget: number;
  /** The anchor first. */
  #candidates: readonly Slot[] = [];
  /** Players in the candidates from an index on: what a branch can still gain. */
  #rest: number[] = [];
  /** Whether a backfill ticket is among the candidates. */
  #backfills = false;
  /** Under `oldest`, the latest stage that a candidate can bring a match to; else -1. */
  #latest = -1;
  #stepsLeft = 0;
  readonly #levels: Level[] = [];
  #depth = -1;
  /** What has been found; of a search that has paused, so far. */
  readonly outcome: Outcome;

  constructor(scene: Scene, tally: Tally, chance: () => number, budget: number) {
    this.#scene = scene;
    this.#engine = scene.engine;
    this.#tickets = scene.tickets;
    this.#tally = tally;
    this.#chance = chance;
    this.#budget = budget;
    this.#lineup = new Lineup(scene);
    this.outcome = new Outcome(scene);
  }

  /** A new slice of time: searches pause when its tally has come to `budget` steps. */
  slice(tally: Tally, chance: () => number, budget: number): void {
    this.#tally = tally;
    this.#chance = chance;
    this.#budget = budget;
  }

  /**
   * A full match of the anchor and one of the others, the first that every rule allows on the team the anchor
   * gets first.
   */
  pair(anchor: Slot, others: readonly Slot[]): Found | undefined {
    const lineup = this.#lineup;
    lineup.clear();
    for (const candidate of [anchor, ...others]) {
      // Two running matches never meet.
      if (!lineup.reaches(candidate) || (this.#tickets.isBackfill(candidate) && lineup.backfill)) continue;
      for (const team of this.#tickets.isBackfill(candidate)
        ? ofBackfill
        : openTeams(this.#engine, lineup, this.#chance)) {
        if (!this.#fits(candidate, team)) continue;
        this.#tally.steps++;
        lineup.push(candidate, team);
        const standing = standingOf(this.#engine, lineup, this.#tally);
        if (lineup.members.length === 1) break;
        if (standing === 'full') return foundIn(lineup, true);
        lineup.pop();
      }
    }
    return undefined;
  }

  /** A full match of parties that fill it exactly; see `pack`. */
  packed(anchor: Slot, candidates: readonly Slot[]): Found | undefined {
    this.outcome.clear(candidates);
    pack(this.#scene, anchor, candidates, this.#lineup, this.outcome, this.#tally);
    return this.outcome.best;
  }

  /**
   * The best match with the anchor that the candidates, taken in order, allow within `steps`. Pauses where
   * the budget is used up; goes on in another slice as long as none of the tickets has changed.
   */
  *around(anchor: Slot, candidates: readonly Slot[], steps: number): Generator<void, Found | undefined> {
    this.#begin(anchor, candidates, steps);
    while (!this.#run()) yield;
    return this.outcome.conclude(this.#tally);
  }

  #begin(anchor: Slot, others: readonly Slot[], steps: number): void {
    const candidates = [anchor, ...others];
    this.#candidates = candidates;
    this.#rest.length = candidates.length;
    this.#latest = -1;
    const oldest = this.#engine.algorithm.expansionAgeSelection === 'oldest';
    let rest = 0;
    for (let index = candidates.length - 1; index >= 0; index--) {
      const slot = candidates[index] ?? -1;
      rest += this.#tickets.size(slot);
      this.#rest[index] = rest;
      if (oldest && index > 0) this.#latest = Math.max(this.#latest, this.#tickets.stage(slot));
    }
    this.#backfills = others.some((slot) => this.#tickets.isBackfill(slot));
    this.#stepsLeft = steps;
    this.outcome.clear(others);
    this.#lineup.clear();
    this.#depth = -1;
    this.#descend(0);
  }

  #descend(from: number): void {
    const { counts } = this.#lineup;
    this.#depth++;
    if (this.#depth === this.#levels.length)
      this.#levels.push({ index: 0, turn: 0, teams: [], space: 0, seated: false });
    const level = this.#levels[this.#depth] as Level;
    level.index = from;
    level.turn = level.space = 0;
    level.seated = false;
    openTeams(this.#engine, this.#lineup, this.#chance, this.#backfills, level.teams);
    const widest = this.#engine.stages.at(-1)?.room ?? [];
    for (const team of level.teams)
      level.space = Math.max(level.space, (widest[team] ?? 0) - (counts[team] ?? 0));
  }

  /** Goes on until the search is over, which is true, or the slice is. */
  #run(): boolean {
    for (let level = this.#levels[this.#depth]; level !== undefined; level = this.#levels[this.#depth]) {
      if (level.seated) this.#unseat(level);
      if (this.#stepsLeft <= 0) return true;
      const candidate = this.#next(level);
      if (candidate === undefined) {
        this.#depth--;
        continue;
      }
      if (this.#tally.steps >= this.#budget) return false;
      const team = this.#tickets.isBackfill(candidate) ? -1 : (level.teams[level.turn] ?? -1);
      if (this.#seat(level, candidate, team)) return true;
    }
    return true;
  }

  /** The level's next candidate that fits on its next team; undefined when none is left or worth trying. */
  #next(level: Level): Slot | undefined {
    const { best } = this.outcome;
    // A full match is given up only for one that is more even, any other for a larger one.
    const atLeast = best === undefined ? 0 : best.players + Number(!best.full);
    for (; level.index < this.#candidates.length; level.index++, level.turn = 0) {
      if (this.#lineup.players + (this.#rest[level.index] ?? 0) < atLeast) return undefined;
      const candidate = this.#candidates[level.index] ?? -1;
      if (level.turn === 0 && this.#passesOver(candidate, level)) {
        this.#stepsLeft -= glance;
      } else {
        const teams = this.#tickets.isBackfill(candidate) ? ofBackfill : level.teams;
        for (; level.turn < teams.length; level.turn++)
          if (this.#fits(candidate, teams[level.turn] ?? -1)) return candidate;
      }
      // The anchor is in every match.
      if (this.#depth === 0) return undefined;
    }
    return undefined;
  }

  #passesOver(candidate: Slot, { space, teams }: Level): boolean {
    if (teams.length === 0 || !this.#lineup.reaches(candidate)) return true;
    return this.#tickets.isBackfill(candidate)
      ? this.#lineup.backfill
      : this.#tickets.size(candidate) > space;
  }

  /**
   * Seats a candidate and goes down to the next level where the match may grow. True when the search is over.
   */
  #seat(level: Level, candidate: Slot, team: number): boolean {
    level.seated = true;
    const before = this.#tally.steps++;
    const lineup = this.#lineup;
    lineup.push(candidate, team);
    const standing = standingOf(this.#engine, lineup, this.#tally);
    const full = lineup.players >= (judgementAt(this.#engine, lineup.stage, lineup.backfill)?.seats ?? 0);
    let over = false;
    if (full) over = this.outcome.finish(lineup, standing, this.#tally);
    else this.outcome.note(lineup, standing);
    this.#stepsLeft -= this.#tally.steps - before;
    // An older ticket brings the match to a later stage, where what is broken now may hold.
    const dead = standing === 'dead' && lineup.stage >= this.#latest;
    if (!over && !dead && standing !== 'full') this.#descend(level.index + 1);
    return over;
  }

  #unseat(level: Level): void {
    this.#lineup.pop();
    level.seated = false;
    level.turn++;
  }

  #fits(candidate: Slot, team: number): boolean {
    // Most players per team at the stage a match with the candidate is judged at, or a later one.
    const tickets = this.#tickets;
    const stage = Math.max(this.#lineup.stage, tickets.stage(candidate));
    const room = this.#engine.stages[stage]?.room ?? [];
    if (!tickets.isBackfill(candidate))
      return (this.#lineup.counts[team] ?? 0) + tickets.size(candidate) <= (room[team] ?? 0);
    const counts = [...this.#lineup.counts];
    for (let row = tickets.firstRow(candidate); row >= 0; row = tickets.next(row)) {
      const own = tickets.team(row);
      counts[own] = (counts[own] ?? 0) + tickets.size(row);
    }
    return counts.every((count, at) => count <= (room[at] ?? 0));
  }
}
