import { z } from 'zod';
import { defineJob } from '../contract.ts';

/**
 * One match's result: every team of the match by its instance name, with either a `rank` (1 is best, equal ranks are a
 * draw) or a `score` (higher is better), the same kind for all.
 */
const matchResult = z
  .strictObject({
    matchId: z.string().min(1).max(128),
    teams: z
      .array(
        z.union(
          [
            z.strictObject({ name: z.string().min(1).max(128), rank: z.int().min(1).max(200) }),
            z.strictObject({ name: z.string().min(1).max(128), score: z.number() }),
          ],
          'a team has a name and either rank (whole, 1 is best) or score (higher is better)',
        ),
      )
      .min(1)
      .max(200),
  })
  .superRefine(({ teams }, context) => {
    if (teams.some((team) => 'rank' in team) && teams.some((team) => 'score' in team))
      context.addIssue({ code: 'custom', path: ['teams'], message: 'mixes ranks and scores; give one kind' });
    if (new Set(teams.map((team) => team.name)).size < teams.length)
      context.addIssue({ code: 'custom', path: ['teams'], message: 'names a team twice' });
  });
export type MatchResult = z.output<typeof matchResult>;

/** Rates finished matches. Each match is rated once however often its result arrives. */
export const updateRatings = defineJob({
  kind: 'update-ratings',
  queue: 'rating-update',
  item: matchResult,
  /** One transaction carries them all: DocumentDB wants transactions small. */
  limit: 50,
  attempts: 30,
});
