import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import { openTeams } from './fill-order.ts';
import { Lineup } from './lineup.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';

/** Who plays with whom, and on which team; -1 for a backfill ticket, whose players bring their teams. */
export interface Found {
  /** The anchor first. Exchanges replace members by others of their size. */
  readonly members: Candidate[];
  readonly places: readonly number[];
  readonly players: number;
  readonly full: boolean;
}

/** A match below its maximum, and when (ms) its hold is over. */
export interface Held {
  readonly players: number;
  readonly until: number;
}

/** Passing over a candidate costs this much of a step, so that long lists of parties that do not fit end too. */
const glance = 1 / 64;

/** A backfill ticket goes where its players already are. */
const ofBackfill = [-1];

/** Builds matches around one anchor at a time, depth first, keeping the largest playable match seen on the way. */
export class Search {
  readonly #engine: Engine;
  readonly #lineup: Lineup;
  #tally: Tally;
  #chance: () => number;
  #budget: number;
  #candidates: readonly Candidate[] = [];
  /** Players in the candidates from an index on: what a branch can still gain. */
  #rest: number[] = [];
  /** Whether a backfill ticket is among the candidates. */
  #backfills = false;
  /** Under `oldest`, the latest stage that a candidate can bring a match to; else -1. */
  #latest = -1;
  #best: Found | undefined;
  #held: Held | undefined;
  #stepsLeft = 0;

  constructor(engine: Engine, tally: Tally, chance: () => number, budget: number) {
    this.#engine = engine;
    this.#tally = tally;
    this.#chance = chance;
    this.#budget = budget;
    this.#lineup = new Lineup(engine.stages.at(-1)?.room ?? [], engine.algorithm.expansionAgeSelection);
  }

  /** A new slice of time: searches pause when its tally has come to `budget` steps. */
  slice(tally: Tally, chance: () => number, budget: number): void {
    this.#tally = tally;
    this.#chance = chance;
    this.#budget = budget;
  }

  /** The largest match seen that only its hold keeps from being played. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** The largest match seen so far in a search that has paused. */
  get best(): Found | undefined {
    return this.#best;
  }

  /**
   * The largest match with the anchor that the candidates, taken in order, allow within `steps`. Pauses where the budget
   * is used up; goes on in another slice as long as none of the tickets has changed.
   */
  *around(
    anchor: Candidate,
    candidates: readonly Candidate[],
    steps: number,
  ): Generator<void, Found | undefined> {
    this.#candidates = candidates;
    this.#rest = [];
    this.#backfills = false;
    this.#latest = -1;
    const oldest = this.#engine.algorithm.expansionAgeSelection === 'oldest';
    let rest = 0;
    for (let index = candidates.length - 1; index >= 0; index--) {
      const { size = 0, backfill = false, stage = -1 } = candidates[index] ?? {};
      rest += size;
      this.#rest[index] = rest;
      if (backfill) this.#backfills = true;
      if (oldest && stage > this.#latest) this.#latest = stage;
    }
    this.#best = undefined;
    this.#stepsLeft = steps;
    this.#lineup.clear();
    yield* this.#place(anchor, openTeams(this.#engine, this.#lineup, this.#chance, this.#backfills), 0);
    return this.#best;
  }

  /** Tries the candidate on each team. True when the search is over: a full match, or no steps left. */
  *#place(candidate: Candidate, teams: readonly number[], next: number): Generator<void, boolean> {
    const room = this.#room(candidate);
    for (const team of candidate.backfill ? ofBackfill : teams) {
      if (!this.#fits(candidate, team, room)) continue;
      if (this.#tally.steps >= this.#budget) yield;
      this.#stepsLeft--;
      this.#tally.steps++;
      this.#lineup.push(candidate, team);
      const standing = standingOf(this.#engine, this.#lineup, this.#tally);
      if (standing === 'playable' || standing === 'full') this.#keep(standing === 'full');
      else if (standing === 'held') this.#keepHeld();
      // An older ticket brings the match to a later stage, where what is broken now may hold.
      const dead = standing === 'dead' && this.#lineup.stage >= this.#latest;
      const over = standing === 'full' || (!dead && (yield* this.#extend(next)));
      this.#lineup.pop();
      if (over || this.#stepsLeft <= 0) return true;
    }
    return false;
  }

  *#extend(from: number): Generator<void, boolean> {
    const { members, players, counts } = this.#lineup;
    const hasBackfill = members.some((member) => member.backfill);
    const teams = openTeams(this.#engine, this.#lineup, this.#chance, this.#backfills);
    const widest = this.#engine.stages.at(-1)?.room ?? [];
    let space = 0;
    for (const team of teams) space = Math.max(space, (widest[team] ?? 0) - (counts[team] ?? 0));
    for (let index = from; index < this.#candidates.length; index++) {
      if (players + (this.#rest[index] ?? 0) <= (this.#best?.players ?? 0)) return false;
      const candidate = this.#candidates[index];
      if (candidate === undefined || (candidate.backfill ? hasBackfill : candidate.size > space)) {
        this.#stepsLeft -= glance;
        continue;
      }
      if (yield* this.#place(candidate, teams, index + 1)) return true;
    }
    return false;
  }

  /** Most players per team at the stage a match with the candidate is judged at, or a later one. */
  #room(candidate: Candidate): readonly number[] {
    return this.#engine.stages[Math.max(this.#lineup.stage, candidate.stage)]?.room ?? [];
  }

  #fits(candidate: Candidate, team: number, room: readonly number[]): boolean {
    if (candidate.backfill) return this.#fitsBackfill(candidate, room);
    return (this.#lineup.counts[team] ?? 0) + candidate.size <= (room[team] ?? 0);
  }

  #fitsBackfill(candidate: Candidate, room: readonly number[]): boolean {
    const counts = [...this.#lineup.counts];
    for (const { team = 0, size } of candidate.blocks) counts[team] = (counts[team] ?? 0) + size;
    return counts.every((count, team) => count <= (room[team] ?? 0));
  }

  #keepHeld(): void {
    const { members, players } = this.#lineup;
    if (this.#isRunning() || (this.#held?.players ?? 0) >= players) return;
    const since = Math.min(...members.map(({ ticket }) => ticket.since));
    this.#held = { players, until: since + this.#engine.holdMs };
  }

  #keep(full: boolean): void {
    const { members, places, players } = this.#lineup;
    if (this.#isRunning()) return;
    if (this.#best !== undefined && this.#best.players >= players) return;
    this.#best = { members: [...members], places: [...places], players, full };
  }

  /** A backfill ticket alone is a match already running, not a new one. */
  #isRunning(): boolean {
    const { members } = this.#lineup;
    return members.length === 1 && members[0]?.backfill === true;
  }
}
