import type { SearchingTicket } from '../../ticket/ticket.ts';
import { chanceFrom } from './chance.ts';
import { type Engine, stageAt } from './engine.ts';
import { exchange } from './exchange.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import type { Found } from './found.ts';
import { formed, type Pass } from './match.ts';
import { Neighbourhood } from './neighbourhood.ts';
import { inBatchOrder } from './preference.ts';
import type { Scene } from './scene.ts';
import { Search } from './search.ts';
import { searchAround } from './search-around.ts';
import { Tally } from './tally.ts';
import { type Slot, Tickets } from './tickets.ts';

type Steps = ReturnType<typeof searchAround>;

/**
 * The waiting tickets of one pool, kept between passes so that a pass costs what changed: an anchor that
 * found no match sleeps until a ticket within its reach arrives or grows into another expansion stage.
 *
 * Matched tickets stay out of later passes until `remove` (the match was committed) or `release` (it was
 * refused).
 */
export class MatchPool {
  readonly #scene: Scene;
  readonly #tickets: Tickets;
  readonly #slots = new Map<string, Slot>();
  readonly #neighbourhoods = new Map<string, Neighbourhood>();
  /** In anchor order. */
  #anchors: Slot[] = [];
  readonly #inOrder: (a: Slot, b: Slot) => number;
  #unsorted = false;
  /** Out of the pool, but still in their lists. */
  #gone: Slot[] = [];
  /** New or released since they were last woken. */
  #fresh: Slot[] = [];
  /** Until then (ms) no waiting ticket reaches another stage. */
  #settledUntil = Number.NEGATIVE_INFINITY;
  /** Until then (ms) a pass finds nothing; for as long as no ticket comes. */
  #quietUntil = Number.NEGATIVE_INFINITY;
  /** A search that paused when its slice was over. */
  #paused: { readonly anchor: Slot; readonly search: Search; readonly steps: Steps } | undefined;

  constructor(engine: Engine) {
    this.#tickets = new Tickets(engine);
    this.#scene = { engine, tickets: this.#tickets };
    this.#inOrder = inBatchOrder(this.#scene);
  }

  /** A ticket of the same id is replaced. What no match can ever hold just waits, outside. */
  add(ticket: SearchingTicket): void {
    this.remove(ticket.ticketId);
    const slot = this.#tickets.add(ticket);
    if (slot === undefined) return;
    this.#slots.set(ticket.ticketId, slot);
    const last = this.#anchors.at(-1);
    if (last !== undefined && this.#inOrder(last, slot) > 0) this.#unsorted = true;
    this.#anchors.push(slot);
    this.#rouse(slot);
    this.#neighbourhood(slot).add(slot);
  }

  remove(ticketId: string): void {
    const slot = this.#slots.get(ticketId);
    if (slot === undefined) return;
    this.#slots.delete(ticketId);
    if (!this.#tickets.isTaken(slot)) this.#paused = undefined;
    this.#tickets.setGone(slot);
    this.#gone.push(slot);
    this.#neighbourhood(slot).forget(slot);
  }

  /** Puts tickets of a match that was not committed back among the waiting. */
  release(ticketIds: Iterable<string>): void {
    for (const ticketId of ticketIds) {
      const slot = this.#slots.get(ticketId);
      if (slot === undefined || !this.#tickets.isTaken(slot)) continue;
      this.#rouse(slot);
      this.#neighbourhood(slot).release(slot);
    }
  }

  /**
   * Forms matches, the oldest ticket first. `now` in ms; `budget` in steps (one ticket tried on one team):
   * the pass stops there, in the middle of a search if need be, and the next one goes on.
   */
  pass(now: number, seed: number, budget: number = Number.POSITIVE_INFINITY): Pass {
    const tally = new Tally(this.#scene.engine.ruleNames.length);
    if (now < this.#quietUntil) return this.#passOf([], false, tally);
    this.#settle();
    this.#wake(now);
    const chance = chanceFrom(seed);
    const search = this.#paused?.search ?? new Search(this.#scene, tally, chance, budget);
    search.slice(tally, chance, budget);
    const found: Found[] = [];
    let unfinished = false;
    for (const anchor of this.#anchors) {
      if (!this.#tickets.isAwake(anchor) || this.#tickets.isTaken(anchor)) continue;
      unfinished = tally.steps >= budget;
      if (unfinished) break;
      const neighbourhood = this.#neighbourhood(anchor);
      const steps =
        this.#paused?.anchor === anchor
          ? this.#paused.steps
          : searchAround(this.#scene, search, anchor, neighbourhood);
      const { done, value: match } = steps.next();
      this.#paused = done ? undefined : { anchor, search, steps };
      unfinished = !done;
      if (unfinished) break;
      this.#tickets.setAwake(anchor, false);
      if (match === undefined) continue;
      found.push(match);
      for (const member of match.members) neighbourhood.take(member);
    }
    exchange(this.#scene, found, tally, budget);
    this.#settledUntil = this.#nextStage();
    this.#quietUntil = unfinished ? Number.NEGATIVE_INFINITY : this.#settledUntil;
    return this.#passOf(found, unfinished, tally);
  }

  #passOf(found: readonly Found[], unfinished: boolean, tally: Tally): Pass {
    return {
      matches: found.map((match) => formed(this.#scene, match)),
      nextChange: Number.isFinite(this.#settledUntil) ? this.#settledUntil : undefined,
      unfinished,
      ruleEvaluations: tally.evaluations(this.#scene.engine.ruleNames),
    };
  }

  /**
   * Why a ticket waits, as the next pass at `now` (ms) would see it; `deadline` (ms) is when it times out. Of
   * a ticket that is not here it says what keeps it out.
   */
  explain(ticket: SearchingTicket, now: number, deadline: number = Number.POSITIVE_INFINITY): Explanation {
    this.#settle();
    this.#wake(now);
    const slot = this.#slots.get(ticket.ticketId);
    const home = slot === undefined ? undefined : this.#neighbourhood(slot);
    const others = [...this.#neighbourhoods.values()].filter((other) => other !== home);
    return explain(this.#scene, ticket, slot, home && { home, others }, now, deadline);
  }

  #neighbourhood(slot: Slot): Neighbourhood {
    const key = this.#tickets.key(slot);
    let neighbourhood = this.#neighbourhoods.get(key);
    if (neighbourhood === undefined) {
      neighbourhood = new Neighbourhood(this.#scene);
      this.#neighbourhoods.set(key, neighbourhood);
    }
    return neighbourhood;
  }

  #rouse(slot: Slot): void {
    this.#tickets.setDue(slot, Number.NEGATIVE_INFINITY);
    this.#fresh.push(slot);
    this.#quietUntil = Number.NEGATIVE_INFINITY;
  }

  #settle(): void {
    const isHere = (slot: Slot) => !this.#tickets.isGone(slot);
    if (this.#gone.length > 0) {
      this.#anchors = this.#anchors.filter(isHere);
      this.#fresh = this.#fresh.filter(isHere);
    }
    if (this.#unsorted) this.#anchors.sort(this.#inOrder);
    this.#unsorted = false;
    for (const [key, neighbourhood] of this.#neighbourhoods) {
      neighbourhood.settle();
      if (neighbourhood.size === 0) this.#neighbourhoods.delete(key);
    }
    for (const slot of this.#gone) this.#tickets.free(slot);
    this.#gone = [];
  }

  /**
   * Tickets that are new or have grown into another stage wake, and so do all that they could share a match
   * with.
   */
  #wake(now: number): void {
    const tickets = this.#tickets;
    const { stages } = this.#scene.engine;
    const window = stages.at(-1)?.window ?? Number.POSITIVE_INFINITY;
    const among = now < this.#settledUntil ? this.#fresh : this.#anchors;
    const fresh = among.filter((slot) => tickets.due(slot) <= now && !tickets.isTaken(slot));
    this.#fresh = [];
    for (const slot of fresh) {
      const since = tickets.since(slot);
      const stage = stageAt(stages, now - since);
      const due = since + (stages[stage + 1]?.from ?? Number.POSITIVE_INFINITY);
      tickets.setStage(slot, stage);
      tickets.setDue(slot, due);
      tickets.setAwake(slot, true);
      if (due < this.#settledUntil) this.#settledUntil = due;
    }
    if (fresh.length > 0) this.#paused = undefined;
    if (fresh.length === this.#anchors.length) return;
    const woken = new Set<Neighbourhood>();
    for (const slot of fresh) {
      const neighbourhood = this.#neighbourhood(slot);
      if (woken.has(neighbourhood)) continue;
      if (!Number.isFinite(window)) woken.add(neighbourhood);
      const { near } = neighbourhood.around(slot, window, Number.POSITIVE_INFINITY);
      for (const other of near) tickets.setAwake(other, true);
    }
  }

  /** When (ms) the next waiting ticket reaches another stage; Infinity when none will. */
  #nextStage(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.#scene.engine.stages.length === 1) return next;
    for (const slot of this.#anchors)
      if (!this.#tickets.isTaken(slot)) next = Math.min(next, this.#tickets.due(slot));
    return next;
  }
}
