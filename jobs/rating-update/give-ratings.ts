import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName, playerId } from '../ids.ts';

/**
 * A player's rating on a ladder as an operator gives it: `rating` as players see it, or `mu` and `sigma` of the model. Whatever is
 * given stands from then on, also when an earlier match is corrected.
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
 * Gives players ratings on a ladder, for operators: those of another system, or one that has to be put right. Part of an import names
 * the import and its own place in it; given again it changes nothing. Result: `{ ordinal, run? }`: its number in the ladder, and which
 * run of the import gave it.
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
