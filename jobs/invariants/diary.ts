import type { MatchResult } from '../ladder/result.ts';
import type { HeldEvent } from './held-event.ts';

/**
 * What a call was told. `yes`: it returned, and no failure of a store can have taken that back. `perhaps`: it
 * failed, or nobody confirmed it; it has an effect or none. `no`: it was refused by name.
 */
export type Told = 'yes' | 'perhaps' | 'no';

/** What a caller asked for. */
export type Asked =
  | {
      readonly kind: 'start';
      readonly ticketId: string;
      readonly configuration: string;
      readonly playerIds: readonly string[];
    }
  | { readonly kind: 'stop'; readonly ticketId: string }
  | {
      readonly kind: 'accept';
      readonly ticketId: string;
      readonly matchId: string;
      readonly playerIds: readonly string[];
      readonly acceptance: 'ACCEPT' | 'REJECT';
    }
  | {
      readonly kind: 'start-backfill';
      readonly ticketId: string;
      readonly configuration: string;
      readonly matchId: string;
    }
  | { readonly kind: 'player-left'; readonly matchId: string; readonly playerId: string }
  | { readonly kind: 'create-session'; readonly sessionId: string; readonly playerId: string }
  | { readonly kind: 'end-session'; readonly sessionId: string }
  | { readonly kind: 'report-result'; readonly matchId: string; readonly result?: MatchResult }
  | { readonly kind: 'put-rule-set'; readonly name: string; readonly body: string }
  | {
      readonly kind: 'put-configuration';
      readonly name: string;
      readonly configuration: Readonly<Record<string, unknown>>;
    }
  /** Paused, or with `paused: false` resumed. */
  | { readonly kind: 'pause'; readonly name: string; readonly paused: boolean };

/**
 * One call: what was asked, when, what the caller was told, and when. Ms since 1970 by the caller's clock.
 */
export type Call<Kind extends Asked['kind'] = Asked['kind']> = Extract<Asked, { readonly kind: Kind }> & {
  readonly askedAt: number;
  readonly toldAt: number;
  readonly told: Told;
};

/**
 * How often each ticket id was asked for: whoever uses one again, long after its ticket ended, starts another
 * ticket.
 */
export function timesStarted(diary: Diary): Map<string, number> {
  const times = new Map<string, number>();
  for (const { ticketId } of callsOf(diary, 'start')) times.set(ticketId, (times.get(ticketId) ?? 0) + 1);
  return times;
}

/** A time at which something was broken on purpose, ms since 1970 by the caller's clock. */
export interface Disturbance {
  readonly from: number;
  readonly to: number;
}

/** The callers' side of the story. */
export interface Diary {
  /** In the order in which they were told. */
  readonly calls: readonly Call[];
  /** Whether everything has come to its end: nothing may be under way but matches that are played. */
  readonly settled: boolean;
  /**
   * When the caller heard that a ticket had ended, by the caller's clock. Who heard nothing goes by the
   * stores' times.
   */
  readonly endingHeardAt: ReadonlyMap<string, number>;
  /** Whether the queue Redis's clock was moved: then its times and the callers' are not compared. */
  readonly clockMoved: boolean;
  /** When faults struck: who waits then is not late. They may overlap. */
  readonly disturbances: readonly Disturbance[];
  /** Ids of jobs that nobody could do; of each whether it was confirmed that the queue has it. */
  readonly hostileJobs: ReadonlyMap<string, boolean>;
  /** Event numbers that a reader was told are gone: `<from> to <to>`. */
  readonly gaps: readonly string[];
  /** Events that the queue store took back when it went back in time: nobody was promised what they tell. */
  readonly takenBack: readonly HeldEvent[];
}

/** Calls of one kind, in order. */
export const callsOf = <Kind extends Asked['kind']>({ calls }: Diary, kind: Kind): Call<Kind>[] =>
  calls.filter((call): call is Call<Kind> => call.kind === kind);

/** Calls of one kind that were told `yes`. */
export const promisedCalls = <Kind extends Asked['kind']>(diary: Diary, kind: Kind): Call<Kind>[] =>
  callsOf(diary, kind).filter((call) => call.told === 'yes');

/** How much (ms) of a time was without disturbance. */
export function undisturbedMs({ disturbances }: Diary, from: number, to: number): number {
  let quiet = 0;
  let at = from;
  for (const disturbance of disturbances.toSorted((a, b) => a.from - b.from)) {
    quiet += Math.max(0, Math.min(disturbance.from, to) - at);
    at = Math.max(at, disturbance.to);
  }
  return quiet + Math.max(0, to - at);
}

/** The diary of somebody who promised nothing: all that follows is judged by the stores alone. */
export const emptyDiary: Diary = {
  calls: [],
  settled: true,
  endingHeardAt: new Map(),
  clockMoved: false,
  disturbances: [],
  hostileJobs: new Map(),
  gaps: [],
  takenBack: [],
};
