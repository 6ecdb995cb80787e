import type { Actor, Job, Outcome } from '../../jobs/contract.ts';
import type { Retention } from '../pool/events.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Queues } from './enqueue.ts';

/** An item as a call of its own. */
export interface ItemCall {
  /** Made of the job's id and the item's place in the job: whoever runs the job again finds the same. */
  readonly id: string;
  /** X-Ray header of the trace that it belongs to, where there is one. */
  readonly trace: string | undefined;
}

/** What surrounds one run of a handler. */
export interface Context {
  readonly actor: Actor;
  /** Aborted when the lock is lost, the job's time is over, or the worker's grace period has ended. */
  readonly signal: AbortSignal;
  /** Per item. */
  readonly calls: readonly ItemCall[];
  /** Somebody may have run the job before, however long ago. */
  readonly repeated: boolean;
  /** When the job was meant to run, ms since 1970: for a scheduled job its slot, else when it was added. */
  readonly dueAt: number;
}

/**
 * Does a job's items and says what happened. Items are parsed already; refusals name them by their place in
 * `items`. Throwing means "try again": whatever was done so far must bear being done again.
 */
export type Handler<Item> = (items: readonly Item[], context: Context) => Promise<Outcome>;

/** A contract with what does it. */
export interface Duty<Item = unknown> {
  readonly job: Job<Item>;
  readonly handle: Handler<Item>;
}

/**
 * Pairs a contract with its handler so that their item types agree, and forgets the type for the list of all.
 */
export const duty = <Item>(job: Job<Item>, handle: Handler<Item>): Duty => ({ job, handle }) as Duty;

/** What a worker gives its duties beside the stores. */
export interface DutyTools {
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly settings: DutySettings;
}

/** What of a worker's settings its duties keep to. */
export interface DutySettings {
  /** From one report of the fleet to the next, ms. */
  readonly reportSlotMs: number;
  /** How long (ms) a match is live of which nobody reports a result. */
  readonly matchTtlMs: number;
  /** The topic that hears the whole fleet's events. */
  readonly fleetTopic: string | undefined;
  readonly retention: Retention;
  /** How long tickets that have ended stay, and decisions on operators' commands. */
  readonly ended: { readonly auditDays: number; readonly days: number; readonly readableMs: number };
}

/** How a worker opens a duty: with the stores that it names. Each handler's file exports its own. */
export type OpenDuty<Stores> = (stores: Stores, tools: DutyTools) => Duty;
