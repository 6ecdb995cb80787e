import type { NextStep } from './next-step.ts';
import type { Held, Uneven } from './outcome.ts';

/**
 * What a ticket waits for. `never`: no match can hold it. `matched`: in a match that is being committed.
 * `alone`: the next pass makes it a match of its own. `soon`: the next pass finds it a match, unless an older
 * ticket takes its partners. `hold`: only a match below its maximum is there, whose hold is not over.
 * `evenness`: only matches are there that the quality target does not take yet. `players`: too few waiting
 * tickets could play with it. `rules`: enough could, but no combination tried passes every rule at once.
 */
type WaitsFor = 'never' | 'matched' | 'alone' | 'soon' | 'hold' | 'evenness' | 'players' | 'rules';

export interface Explanation {
  readonly waitsFor: WaitsFor;
  /** The same for people, in a sentence. */
  readonly summary: string;
  /**
   * With `hold`: the players of the largest match there is, and until when it is held: a time and a while,
   * ms.
   */
  readonly held?: Held & { readonly forMs: number };
  /**
   * With `evenness`: the players of the match that the quality target takes first, the chance of its
   * strongest side against its weakest, and when it takes it at the latest: a time and a while, ms.
   */
  readonly uneven?: Uneven & { readonly forMs: number };
  /** With `never`: the reasons. */
  readonly reasons: readonly string[];
  /** Players missing for the smallest match with this ticket, whoever they are. */
  readonly playersNeeded: number;
  /** Players in the tickets looked at that no rule keeps apart from this one. */
  readonly playersInReach: number;
  /**
   * Waiting tickets, and how many of them were looked at: the nearest by the pool's index, so counts are of a
   * sample.
   */
  readonly sample: { readonly waiting: number; readonly lookedAt: number };
  /** Rules that keep tickets looked at apart from this one, whoever else joins; the most frequent first. */
  readonly blockedBy: readonly { readonly rule: string; readonly tickets: number }[];
  /**
   * Tickets that fit no team beside this one, or (without a latency rule) report no location that it reports.
   */
  readonly withoutRoom: number;
  /**
   * With `fastestRegion`: how many of the tickets looked at it does not meet yet, being fastest elsewhere,
   * and when (ms) it does.
   */
  readonly fastestElsewhere?: { readonly tickets: number; readonly until: number; readonly forMs: number };
  /** With `avoidRecentOpponents`: tickets looked at that it meets only while there is nobody else. */
  readonly metLately?: number;
  /** With `rules`: how often each failed and passed in the line-ups that were tried. */
  readonly triedTogether: readonly {
    readonly rule: string;
    readonly failed: number;
    readonly passed: number;
  }[];
  /** The ticket that came closest, the rule it misses, and by how much where the rule measures a number. */
  readonly nearestMiss?: NearestMiss;
  readonly nextStep?: NextStep;
}

export interface NearestMiss {
  readonly ticketId: string;
  readonly rule: string;
  readonly by?: number;
  readonly limit?: number;
}
