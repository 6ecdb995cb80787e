import type { SearchingTicket } from '../ticket.ts';
import type { Candidate } from './candidate.ts';
import { chanceFrom } from './chance.ts';
import { type Engine, stageAt } from './engine.ts';
import { exchange } from './exchange.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import type { Found } from './found.ts';
import { formed, type Pass } from './match.ts';
import { Neighbourhood } from './neighbourhood.ts';
import { inBatchOrder } from './preference.ts';
import { candidateOf } from './read-candidate.ts';
import { Search } from './search.ts';
import { searchAround } from './search-around.ts';
import { Tally } from './tally.ts';

type Steps = ReturnType<typeof searchAround>;

/**
 * The waiting tickets of one pool, kept between passes so that a pass costs what changed: an anchor that found no match
 * sleeps until a ticket within its reach arrives or grows into another expansion stage.
 *
 * Matched tickets stay out of later passes until `remove` (the match was committed) or `release` (it was refused).
 */
export class MatchPool {
  readonly #engine: Engine;
  readonly #candidates = new Map<string, Candidate>();
  readonly #neighbourhoods = new Map<string, Neighbourhood>();
  /** In anchor order. */
  #anchors: Candidate[] = [];
  readonly #locations = new Map<string, number>();
  readonly #inOrder: (a: Candidate, b: Candidate) => number;
  #unsorted = false;
  #arrivals = 0;
  #gone = 0;
  /** New or released since they were last woken. */
  #fresh: Candidate[] = [];
  /** Until then (ms) no waiting ticket reaches another stage. */
  #settledUntil = Number.NEGATIVE_INFINITY;
  /** Until then (ms) a pass finds nothing; for as long as no ticket comes. */
  #quietUntil = Number.NEGATIVE_INFINITY;
  /** A search that paused when its slice was over. */
  #paused: { readonly anchor: Candidate; readonly search: Search; readonly steps: Steps } | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#inOrder = inBatchOrder(engine);
  }

  /** A ticket of the same id is replaced. What no match can ever hold just waits, outside. */
  add(ticket: SearchingTicket): void {
    this.remove(ticket.ticketId);
    const candidate = candidateOf(this.#engine, ticket, this.#arrivals++, this.#locations);
    if (candidate === undefined) return;
    this.#candidates.set(ticket.ticketId, candidate);
    const last = this.#anchors.at(-1);
    if (last !== undefined && this.#inOrder(last, candidate) > 0) this.#unsorted = true;
    this.#anchors.push(candidate);
    this.#rouse(candidate);
    this.#neighbourhood(candidate).add(candidate);
  }

  remove(ticketId: string): void {
    const candidate = this.#candidates.get(ticketId);
    if (candidate === undefined) return;
    this.#candidates.delete(ticketId);
    if (!candidate.taken) this.#paused = undefined;
    candidate.gone = true;
    this.#gone++;
    this.#neighbourhood(candidate).forget(candidate);
  }

  /** Puts tickets of a match that was not committed back among the waiting. */
  release(ticketIds: Iterable<string>): void {
    for (const ticketId of ticketIds) {
      const candidate = this.#candidates.get(ticketId);
      if (candidate === undefined || !candidate.taken) continue;
      this.#rouse(candidate);
      this.#neighbourhood(candidate).release(candidate);
    }
  }

  /**
   * Forms matches, the oldest ticket first. `now` in ms; `budget` in steps (one ticket tried on one team): the pass stops
   * there, in the middle of a search if need be, and the next one goes on.
   */
  pass(now: number, seed: number, budget: number = Number.POSITIVE_INFINITY): Pass {
    const tally = new Tally(this.#engine.ruleNames.length);
    if (now < this.#quietUntil) return this.#passOf([], false, tally);
    this.#settle();
    this.#wake(now);
    const chance = chanceFrom(seed);
    const search = this.#paused?.search ?? new Search(this.#engine, tally, chance, budget);
    search.slice(tally, chance, budget);
    const found: Found[] = [];
    let unfinished = false;
    for (const anchor of this.#anchors) {
      if (!anchor.awake || anchor.taken) continue;
      unfinished = tally.steps >= budget;
      if (unfinished) break;
      const neighbourhood = this.#neighbourhood(anchor);
      const steps =
        this.#paused?.anchor === anchor
          ? this.#paused.steps
          : searchAround(this.#engine, search, anchor, neighbourhood);
      const { done, value: match } = steps.next();
      this.#paused = done ? undefined : { anchor, search, steps };
      unfinished = !done;
      if (unfinished) break;
      anchor.awake = false;
      if (match === undefined) continue;
      found.push(match);
      for (const member of match.members) neighbourhood.take(member);
    }
    exchange(this.#engine, found, tally, budget);
    this.#settledUntil = this.#nextStage();
    this.#quietUntil = unfinished ? Number.NEGATIVE_INFINITY : this.#settledUntil;
    return this.#passOf(found, unfinished, tally);
  }

  #passOf(found: readonly Found[], unfinished: boolean, tally: Tally): Pass {
    return {
      matches: found.map((match) => formed(this.#engine, match)),
      nextChange: Number.isFinite(this.#settledUntil) ? this.#settledUntil : undefined,
      unfinished,
      ruleEvaluations: tally.evaluations(this.#engine.ruleNames),
    };
  }

  /**
   * Why a ticket waits, as the next pass at `now` (ms) would see it; `deadline` (ms) is when it times out. Of a ticket
   * that is not here it says what keeps it out.
   */
  explain(ticket: SearchingTicket, now: number, deadline: number = Number.POSITIVE_INFINITY): Explanation {
    this.#settle();
    this.#wake(now);
    const candidate = this.#candidates.get(ticket.ticketId);
    const home = candidate && this.#neighbourhood(candidate);
    const others = [...this.#neighbourhoods.values()].filter((other) => other !== home);
    return explain(this.#engine, ticket, candidate, home && { home, others }, now, deadline);
  }

  #neighbourhood({ key }: Candidate): Neighbourhood {
    let neighbourhood = this.#neighbourhoods.get(key);
    if (neighbourhood === undefined) {
      neighbourhood = new Neighbourhood(this.#engine);
      this.#neighbourhoods.set(key, neighbourhood);
    }
    return neighbourhood;
  }

  #rouse(candidate: Candidate): void {
    candidate.due = Number.NEGATIVE_INFINITY;
    this.#fresh.push(candidate);
    this.#quietUntil = Number.NEGATIVE_INFINITY;
  }

  #settle(): void {
    if (this.#gone > 0) this.#anchors = this.#anchors.filter(({ gone }) => !gone);
    if (this.#unsorted) this.#anchors.sort(this.#inOrder);
    this.#gone = 0;
    this.#unsorted = false;
    for (const [key, neighbourhood] of this.#neighbourhoods) {
      neighbourhood.settle();
      if (neighbourhood.size === 0) this.#neighbourhoods.delete(key);
    }
  }

  /** Whoever is new or has grown into another stage wakes, and wakes everyone it could share a match with. */
  #wake(now: number): void {
    const { stages } = this.#engine;
    const window = stages.at(-1)?.window ?? Number.POSITIVE_INFINITY;
    const among = now < this.#settledUntil ? this.#fresh : this.#anchors;
    const fresh = among.filter(({ due, taken, gone }) => due <= now && !taken && !gone);
    this.#fresh = [];
    for (const candidate of fresh) {
      candidate.stage = stageAt(stages, now - candidate.ticket.since);
      const next = stages[candidate.stage + 1];
      candidate.due = next === undefined ? Number.POSITIVE_INFINITY : candidate.ticket.since + next.from;
      candidate.awake = true;
      if (candidate.due < this.#settledUntil) this.#settledUntil = candidate.due;
    }
    if (fresh.length > 0) this.#paused = undefined;
    const woken = new Set<Neighbourhood>();
    if (fresh.length === this.#anchors.length) return;
    for (const candidate of fresh) {
      const neighbourhood = this.#neighbourhood(candidate);
      if (woken.has(neighbourhood)) continue;
      if (!Number.isFinite(window)) woken.add(neighbourhood);
      for (const near of neighbourhood.within(candidate, window)) near.awake = true;
    }
  }

  /** When (ms) the next waiting ticket reaches another stage; Infinity when none will. */
  #nextStage(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#engine.stages.length === 1) return next;
    for (const { taken, due } of this.#anchors) if (!taken && due < next) next = due;
    return next;
  }
}
