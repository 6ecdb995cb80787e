import { z } from 'zod';
import { defineJob, type Job } from '../contract.ts';
import { ladderName, playerId } from '../ids.ts';
import { ladderSettings } from '../ladder/ladder.ts';
import { matchResult } from '../ladder/result.ts';

/**
 * Reports results of finished matches, for services that add jobs with BullMQ alone: recorded as the client's
 * call does it, and rated soon after. Each match is rated once however often its result arrives.
 */
export const updateRatings = defineJob({
  kind: 'update-ratings',
  queue: 'rating-update',
  item: matchResult,
  /** One script records them all. */
  limit: 50,
  attempts: 30,
});

/**
 * Puts on record what arrived for one ladder: results are rated, operators' commands done. Retried and put
 * off like any other job: a worker that cannot reach the record leaves it to the others, whereas a wake-up
 * that ended there would be followed by the next one in the same worker.
 */
export const rateLadder = defineJob({
  kind: 'rate-ladder',
  queue: 'rating-update',
  item: z.strictObject({ ladder: ladderName }),
  limit: 1,
});

/**
 * How to add it: at most one of a ladder is active and one waiting, so what arrives meanwhile shares the
 * next.
 */
export const oncePerLadder = (ladder: string) => ({
  deduplication: { id: ladder, keepLastIfActive: true },
  removeOnComplete: true,
});

/**
 * Replaces the result of a rated match, for operators. The match, and each since that it reaches through
 * players, is rated again, in the order they were and by the settings that held then; until that is done the
 * ladder's new results wait. Giving the result it has already changes nothing. Result: `{ matches, revision
 * }`: how many matches have been rated since, and the correction's number in the ladder.
 */
export const correctResult = defineJob({
  kind: 'correct-result',
  queue: 'rating-update',
  item: z.strictObject({ result: matchResult, reason: z.string().min(1).max(1_000) }),
  result: z.object({ matches: z.int(), revision: z.int() }),
  limit: 1,
  attempts: 30,
});
export type CorrectResult = z.output<typeof correctResult.item>;

/**
 * A correction that would rate more matches again than this is refused: its ladder's results would wait for
 * minutes.
 */
export const mostRecomputed = 10_000;

/** Documents of the ladder looked through in one step; between two steps the rater yields. */
export const recomputeStep = 500;

/**
 * Starts a ladder's next season: every rating is drawn towards 1500 and less certain, as the ladder's
 * settings say. Results that come meanwhile wait until everybody is brought forward. Starting a season that
 * has started changes nothing.
 */
export const startSeason = defineJob({
  kind: 'start-season',
  queue: 'rating-update',
  item: z.strictObject({
    ladder: ladderName,
    /** The season to start: 1 is the first reset. */
    season: z.int().positive(),
  }),
  result: z.object({ season: z.int() }),
  limit: 1,
  attempts: 30,
});
export type StartSeason = z.output<typeof startSeason.item>;

/**
 * Gives a ladder its settings, for matches rated from now on. A match rated again keeps the settings that
 * held when it was rated.
 */
export const putLadder = defineJob({
  kind: 'put-ladder',
  queue: 'rating-update',
  item: z.strictObject({ name: ladderName, settings: ladderSettings }),
  result: ladderSettings,
  limit: 1,
  attempts: 30,
});

/**
 * Deletes a ladder that nothing uses: its settings and its season go, and whoever rates on it again begins a
 * new one. Refused for `default`, and while a configuration names it, a match of it is live, a result of it
 * waits or a player has a rating on it. Its chain stays on record. Result: `{ ordinal }`, of the document
 * that says so.
 */
export const deleteLadder = defineJob({
  kind: 'delete-ladder',
  queue: 'rating-update',
  item: z.strictObject({ name: ladderName }),
  result: z.object({ ordinal: z.number() }),
  limit: 1,
  attempts: 30,
});

/**
 * A player's rating on a ladder as an operator gives it: `rating` as players see it, or `mu` and `sigma` of
 * the model. Whatever is given stands from then on, also when an earlier match is corrected.
 *
 * - `sigma` default with `rating`: what so many games leave of a newcomer's uncertainty
 * - `games` matches that it counts. Default: as many as the player has on the ladder
 */
export const givenRating = z
  .strictObject({
    playerId,
    rating: z.number().min(-10_000).max(10_000).optional(),
    mu: z.number().min(-1_000).max(1_000).optional(),
    sigma: z.number().min(0.01).max(100).optional(),
    games: z.int().min(0).max(10_000_000).optional(),
  })
  .superRefine(({ rating, mu, sigma }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (rating === undefined && mu === undefined)
      refuse('rating', 'is missing: give rating, or mu and sigma');
    if (rating !== undefined && mu !== undefined) refuse('mu', 'is given beside rating: give one of the two');
    if (mu !== undefined && sigma === undefined) refuse('sigma', 'is missing: mu is given with its sigma');
  });
export type GivenRating = z.output<typeof givenRating>;

/** Ratings of one document. */
export const mostGiven = 1_000;

/**
 * Gives players ratings on a ladder, for operators: those of another system, or one that has to be put right.
 * Part of an import names the import and its own place in it; given again it changes nothing. Result: `{
 * ordinal, run? }`: its number in the ladder, and which run of the import gave it.
 */
export const giveRatings = defineJob({
  kind: 'give-ratings',
  queue: 'rating-update',
  item: z.strictObject({
    ladder: ladderName,
    ratings: z
      .array(givenRating)
      .min(1)
      .max(mostGiven)
      .refine(
        (ratings) => new Set(ratings.map((it) => it.playerId)).size === ratings.length,
        'a player is in it twice',
      ),
    reason: z.string().min(1).max(1_000).optional(),
    import: z
      .strictObject({
        id: z.string().regex(/^[\w.-]{1,128}$/, 'only letters, digits, "_", "." and "-" (at most 128)'),
        part: z.int().min(0),
        run: z.string().min(1).max(64),
      })
      .optional(),
  }),
  result: z.object({ ordinal: z.int(), run: z.string().exactOptional() }),
  limit: 1,
  attempts: 30,
});
export type GiveRatings = z.output<typeof giveRatings.item>;

/** The id of a part of an import, whoever gives it and however often. */
export const importedPart = ({ ladder, import: part }: GiveRatings): string | undefined =>
  part && `${ladder}/import/${part.id}/${part.part}`;

/**
 * How the pseudonym of an erased player begins. What is so called is no player: no rating of it is kept in
 * `players`.
 */
const prefix = 'erased:';
const pseudonym = z.string().regex(/^erased:[0-9a-f-]{36}$/, `must be ${prefix} and a UUID`);

export const isErased = (playerId: string): boolean => playerId.startsWith(prefix);
export const pseudonymOf = (uuid: string): string => `${prefix}${uuid}`;

/**
 * Erases a player, for operators: profile, ratings, sessions and tickets go; in matches and in the chains of
 * ladders a random pseudonym stands for them, so that others' histories still add up. The audit has the
 * pseudonym, not the player. Refused while the player has a ticket or a live match. Result: `{ pseudonym,
 * matches, sessions }`, how many of each.
 */
export const erasePlayer = defineJob({
  kind: 'erase-player',
  queue: 'rating-update',
  item: z.strictObject({
    playerId,
    /** Used unless an earlier attempt has begun with another one. */
    pseudonym,
    reason: z.string().min(1).max(1_000),
  }),
  result: z.object({ pseudonym, matches: z.int(), sessions: z.int() }),
  limit: 1,
  attempts: 30,
  /** It goes on for a minute, then gives way and goes on later. A task of ECS is given no longer to end. */
  timeoutMs: 100_000,
});

/** What one ladder's rater does of it. */
export const eraseFromLadder = z.strictObject({
  ladder: ladderName,
  playerId,
  pseudonym,
});
export type EraseFromLadder = z.output<typeof eraseFromLadder>;

/** What is done on the queue `rating-update`. */
export const ratingJobs: readonly Job[] = [
  updateRatings,
  rateLadder,
  correctResult,
  startSeason,
  putLadder,
  deleteLadder,
  giveRatings,
  erasePlayer,
];
