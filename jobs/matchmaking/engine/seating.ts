import { ofBackfill, ruleSetAt } from '../../rule-set/at-age.ts';
import type { Check } from './engine.ts';
import { openTeams } from './fill-order.ts';
import { Lineup } from './lineup.ts';
import { stringsIn } from './names.ts';
import { type Miss, missOf } from './rules/miss.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';
import { broken, holding } from './verdict.ts';

/** A rule that some tickets do not pass together. */
export interface Obstacle {
  /** Index into `Engine.ruleNames`. */
  readonly rule: number;
  /** Nobody who joins can mend it; else it merely fails so far. */
  readonly final: boolean;
  readonly miss: Miss | undefined;
}

/**
 * Seats a few tickets in every way there is, to tell which rules speak against the best one. For
 * explanations.
 */
export class Seating {
  readonly #scene: Scene;
  readonly #engine: Scene['engine'];
  readonly #lineup: Lineup;
  readonly #misses = new Map<Check, (lineup: Lineup) => Miss | undefined>();
  #best: readonly Obstacle[] | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#engine = scene.engine;
    this.#lineup = new Lineup(scene);
  }

  /**
   * What speaks against these tickets sharing a match; undefined when no team has room, or no location is
   * common.
   */
  obstacles(...tickets: readonly Slot[]): readonly Obstacle[] | undefined {
    this.#best = undefined;
    this.#seat(tickets, 0);
    return this.#best;
  }

  #seat(tickets: readonly Slot[], index: number): void {
    const ticket = tickets[index];
    if (ticket === undefined) {
      this.#judge();
      return;
    }
    const backfill = this.#scene.tickets.isBackfill(ticket);
    if (backfill && this.#lineup.backfill) return;
    const teams = backfill ? [-1] : openTeams(this.#engine, this.#lineup, () => 0);
    for (const team of teams) {
      this.#lineup.push(ticket, team);
      const room = this.#engine.stages[this.#lineup.stage]?.room ?? [];
      if (
        stringsIn(this.#lineup.reported) !== 0 &&
        this.#lineup.counts.every((count, at) => count <= (room[at] ?? 0))
      )
        this.#seat(tickets, index + 1);
      this.#lineup.pop();
    }
  }

  #judge(): void {
    const stage = this.#engine.stages[this.#lineup.stage];
    if (stage === undefined) return;
    const judgement = this.#lineup.backfill ? stage.backfill : stage;
    const finished = this.#lineup.players === judgement.seats;
    const found = judgement.checks.flatMap((check): Obstacle[] => {
      const verdict = check.judge(this.#lineup);
      if (verdict >= holding) return [];
      return [
        { rule: check.rule, final: verdict === broken || finished, miss: this.#miss(check, stage.from) },
      ];
    });
    if (this.#best === undefined || distance(found) < distance(this.#best)) this.#best = found;
  }

  #miss(check: Check, age: number): Miss | undefined {
    let measure = this.#misses.get(check);
    if (measure === undefined) {
      const { ruleSet } = this.#engine;
      const judging = this.#lineup.backfill ? ofBackfill(ruleSet) : ruleSet;
      const rule = ruleSetAt(judging, age).rules[check.rule];
      measure = rule === undefined ? () => undefined : missOf(rule, this.#engine);
      this.#misses.set(check, measure);
    }
    return measure(this.#lineup);
  }
}

/**
 * How far from a match: first by how many rules cannot be mended, then by how far, in parts of its limit,
 * each is missed.
 */
export function distance(obstacles: readonly Obstacle[]): number {
  let total = 0;
  for (const { final, miss } of obstacles) {
    const beyond = miss === undefined ? Number.POSITIVE_INFINITY : miss.by / (Math.abs(miss.limit) || 1);
    total += (final ? 1_000 : 0) + 1 - 1 / (1 + beyond);
  }
  return total;
}
