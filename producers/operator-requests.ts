import type { QueueName } from '../jobs/contract.ts';
import type { GivenRating } from '../jobs/rating-update/jobs.ts';

/** Whether a configuration is paused, and since when (ISO 8601). */
export interface PauseState {
  readonly name: string;
  readonly pausedSince?: string;
}

export interface RollbackRequest {
  readonly name: string;
  /**
   * The version to go back to, of the newest 100. Default: the one before what is in force, so a repeat goes
   * further back.
   */
  readonly to?: number | undefined;
}

/** What was in force, the version gone back to, and the new one that says the same as that. */
export interface RolledBack {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly version: number;
}

/** What `listAudit` looks for. Default of each: everything. `since` and `until` are times of decisions. */
export interface AuditRequest {
  readonly target?: string;
  readonly operator?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Most commands listed, the newest; at most 1,000. Default: 100. */
  readonly limit?: number;
}

export interface ImportRequest {
  readonly ladder: string;
  /**
   * Names the import: a part that is on record under it is not given again. Letters, digits, `_`, `.` and
   * `-`, at most 128.
   */
  readonly importId: string;
  /** Each player once: the later of two would stand. */
  readonly ratings: Iterable<GivenRating> | AsyncIterable<GivenRating>;
  readonly reason?: string;
  /** Told after each part how many ratings are on record. */
  readonly onProgress?: (ratings: number) => void;
}

/** Ratings on record by an import; `earlier`: those that were so before. */
export interface Imported {
  readonly ratings: number;
  readonly earlier: number;
}

/** A queue with its counts. `workers`: connections that take its jobs. */
export interface QueueState {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly failed: number;
  readonly workers: number;
  readonly paused: boolean;
}

/**
 * Which failed jobs to try again: one, a group as `groupFailed` names it, or those of a kind. Default: all
 * that a retry can help.
 */
export interface RetryRequest {
  readonly id?: string;
  readonly group?: string;
  readonly kind?: string;
}
