import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName, playerId } from '../ids.ts';
import { storedSessionStatus } from '../session/session.ts';

/** A player's rating on a ladder. */
const ladderRating = z.object({
  ladder: z.string(),
  /** The integer players see. */
  rating: z.number(),
  /** How uncertain it is, in the same points. */
  uncertainty: z.number(),
  games: z.number(),
  season: z.number(),
  /** Ladder time of the last match, ISO 8601; absent before the first. */
  lastMatchAt: z.string().exactOptional(),
});
export type LadderRating = z.output<typeof ladderRating>;

/** Why a rating changed. `correction`: its number in the ladder. */
const ratingReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('match'), matchId: z.string(), correction: z.number().exactOptional() }),
  z.object({ kind: z.literal('correction'), correction: z.number() }),
  z.object({ kind: z.literal('season'), season: z.number() }),
  z.object({ kind: z.literal('given'), by: z.string(), reason: z.string().exactOptional() }),
]);
export type RatingReason = z.output<typeof ratingReason>;

/** A change of a player's rating, as players see it. */
const shownChange = z.object({
  ladder: z.string(),
  ordinal: z.number(),
  /** When it was put on record, ISO 8601. */
  at: z.string(),
  before: z.number(),
  after: z.number(),
  why: ratingReason,
});
export type ShownChange = z.output<typeof shownChange>;

const shownSession = z.object({
  sessionId: z.string(),
  status: storedSessionStatus,
  /** The visible rating when it began. */
  rating: z.number(),
  /** ISO 8601. */
  createdAt: z.string(),
  changedAt: z.string(),
});

/** What the record has of a player. */
const playerOnRecord = z.object({
  /** ISO 8601. */
  createdAt: z.string(),
  gamesPlayed: z.number(),
  /** On the default ladder, as players see it. */
  rating: z.number(),
  /** By ladder. */
  ratings: z.array(ladderRating).readonly(),
  /** The last of each ladder, the newest first. */
  changes: z.array(shownChange).readonly(),
  /** The last ones, the newest first. */
  sessions: z.array(shownSession).readonly(),
});
export type PlayerOnRecord = z.output<typeof playerOnRecord>;

/** Describes a player by the record. Result: `PlayerOnRecord`, or null where it does not know them. */
export const describePlayer = defineJob({
  kind: 'describe-player',
  queue: 'maintenance',
  item: z.strictObject({
    playerId,
    /** How many changes of each ladder are wanted; default 10. Of the first ten ladders by name. */
    changes: z.int().min(1).max(50).optional(),
  }),
  result: playerOnRecord.nullable(),
  limit: 1,
  attempts: 3,
});

const rankedPlayer = ladderRating.omit({ ladder: true }).extend({
  /** From 1. */
  rank: z.number(),
  playerId: z.string(),
});
export type RankedPlayer = z.output<typeof rankedPlayer>;

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
  result: z.array(rankedPlayer),
  limit: 1,
  attempts: 3,
});

/**
 * Measures how the active players of ladders are rated of which a configuration takes percentiles, where that
 * is some minutes old. Result: `{ measured }`, names of ladders.
 */
export const measureLadders = defineJob({
  kind: 'measure-ladders',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
  /** It goes on for a minute; the next run goes on from there. A task of ECS is given no longer to end. */
  timeoutMs: 100_000,
});

/**
 * Each team's chance to win, by the ratings that its players have now on a ladder; who has none there is a
 * newcomer. Result: `{ chances }`, in the order of the teams, summing to 1.
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
  result: z.object({ chances: z.array(z.number()).readonly() }),
  limit: 1,
  attempts: 3,
});
