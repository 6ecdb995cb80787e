import type { Claim } from '../../jobs/matchmaking/claim.ts';

/** A document of `tickets`: the latest ticket of an id that has ended, one of those that started on a day. */
export interface TicketRecord extends Claim {
  readonly _id: string;
  readonly configuration: string;
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  readonly reason?: string;
  readonly message?: string;
  /** Of a backfill ticket that ended without a match: the running match that wanted players. */
  readonly fills?: string;
  /** JSON, of a ticket that is not COMPLETED: a text, since what clients have chosen must name no field. */
  readonly players?: string;
  readonly player_ids: readonly string[];
  readonly start_time: Date;
  readonly ended_at: Date;
}
