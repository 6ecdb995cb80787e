import { expect } from 'vitest';
import { type HandFleet, openCrew } from './hand-fleet.ts';
import { brokenInvariants } from './invariants.ts';
import type { Own, Worker } from './life-steps.ts';
import { deathOf, everyDeath, mortal } from './mortal.ts';

/** Work of one kind in one situation, and how it ends wherever its worker dies. */
export interface CrashRow {
  /** What the worker is at when it dies; a job's kind, and the situation. */
  readonly job: string;
  /** Every store call, script call and enqueue on its way: the points it dies at, before and after each. */
  readonly calls: string;
  /** Returns the match that the rest is about, if there is one by then. */
  readonly begin?: (own: Own) => Promise<unknown>;
  readonly work: (own: Own, worker: Worker, matchId: string) => Promise<unknown>;
  /** What others do before all comes to its end. */
  readonly meanwhile?: (own: Own) => Promise<unknown>;
  /** The job is not delivered again: beat and sweep must see to the rest. */
  readonly lost?: true;
  /** How the tickets end. */
  readonly end?: Readonly<Record<string, string>>;
  /** What of the stores has to be the same in the end wherever the worker died; `holds` is what it is. */
  readonly look?: (own: Own) => Promise<unknown>;
  readonly holds?: unknown;
}

let cases = 0;

/**
 * Lets a worker die at every call of a row's work, before and after it, each time in a case of its own, and
 * the rest of the fleet finish; then reads every invariant from the stores. Returns the calls, in order.
 */
export const dieEverywhere = (fleet: HandFleet, row: CrashRow): Promise<string[]> =>
  everyDeath(async (death) => {
    const { begin, work, meanwhile, lost, end = {}, look, holds } = row;
    const name = `case-${++cases}`;
    const own = (what: string) => `${name}-${what}`;
    const begun = await begin?.(own);
    const matchId = typeof begun === 'string' ? begun : '';
    const worker = openCrew(mortal(fleet.kit, death));
    const place = await deathOf(work(own, worker, matchId), death);
    if (place && !lost) await work(own, fleet, matchId);
    await fleet.workOff();
    await meanwhile?.(own);
    await fleet.workOff();

    const where = `${name}: died ${death.when} ${place}`;
    const ticketIds = Object.keys(end).map(own);
    const tickets = await fleet.producerTickets.describe(ticketIds);
    const ended = Object.fromEntries(tickets.map((it) => [it.ticketId.slice(name.length + 1), it.status]));
    expect(ended, where).toEqual(end);
    expect(await look?.(own), where).toEqual(holds);
    expect(await brokenInvariants(fleet, { tickets: ticketIds }), where).toEqual([]);
    return place;
  });
