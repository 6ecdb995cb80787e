import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName, playerId } from '../ids.ts';
import type { StoredSessionStatus } from '../session/session.ts';

/** A player's rating on a ladder. */
export interface LadderRating {
  readonly ladder: string;
  /** The integer players see. */
  readonly rating: number;
  /** How uncertain it is, in the same points. */
  readonly uncertainty: number;
  readonly games: number;
  readonly season: number;
  /** Ladder time of the last match, ISO 8601; absent before the first. */
  readonly lastMatchAt?: string;
}

/** Why a rating changed. `correction`: its number in the ladder. */
export type RatingReason =
  | { readonly kind: 'match'; readonly matchId: string; readonly correction?: number }
  | { readonly kind: 'correction'; readonly correction: number }
  | { readonly kind: 'season'; readonly season: number }
  | { readonly kind: 'given'; readonly by: string; readonly reason?: string };

/** A change of a player's rating, as players see it. */
export interface ShownChange {
  readonly ladder: string;
  readonly ordinal: number;
  /** When it was put on record, ISO 8601. */
  readonly at: string;
  readonly before: number;
  readonly after: number;
  readonly why: RatingReason;
}

interface ShownSession {
  readonly sessionId: string;
  readonly status: StoredSessionStatus;
  /** The visible rating when it began. */
  readonly rating: number;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly changedAt: string;
}

/** What the record has of a player. */
export interface PlayerOnRecord {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly gamesPlayed: number;
  /** On the default ladder, as players see it. */
  readonly rating: number;
  /** By ladder. */
  readonly ratings: readonly LadderRating[];
  /** The last of each ladder, the newest first. */
  readonly changes: readonly ShownChange[];
  /** The last ones, the newest first. */
  readonly sessions: readonly ShownSession[];
}

/** Describes a player by the record. Result: `PlayerOnRecord`, or null where it does not know them. */
export const describePlayer = defineJob({
  kind: 'describe-player',
  queue: 'maintenance',
  item: z.strictObject({ playerId }),
  limit: 1,
  attempts: 3,
});

export interface RankedPlayer extends Omit<LadderRating, 'ladder'> {
  /** From 1. */
  readonly rank: number;
  readonly playerId: string;
}

/** The best of a ladder, from a rank on. Result: `RankedPlayer[]`. */
export const topOfLadder = defineJob({
  kind: 'top-of-ladder',
  queue: 'maintenance',
  item: z.strictObject({
    ladder: ladderName,
    /** The rank to begin with: pages are counted through from the top. */
    from: z.int().min(1).max(100_000).default(1),
    limit: z.int().min(1).max(1_000).default(100),
  }),
  limit: 1,
  attempts: 3,
});

/**
 * Measures how the active players of ladders are rated of which a configuration takes percentiles, where that is some minutes
 * old. Result: `{ measured }`, names of ladders.
 */
export const measureLadders = defineJob({
  kind: 'measure-ladders',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
  /** It reads the mean of every player of a ladder. A task of ECS is given no longer to end. */
  timeoutMs: 100_000,
});

/**
 * Each team's chance to win, by the ratings that its players have now on a ladder; who has none there is a newcomer. Result:
 * `{ chances }`, in the order of the teams, summing to 1.
 */
export const predictChances = defineJob({
  kind: 'predict-chances',
  queue: 'maintenance',
  item: z.strictObject({
    ladder: ladderName,
    teams: z
      .array(z.array(playerId).max(200))
      .min(2)
      .max(200)
      .refine((teams) => teams.flat().length <= 400, 'at most 400 players'),
  }),
  limit: 1,
  attempts: 3,
});
