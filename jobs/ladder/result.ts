import { z } from 'zod';
import { matchId, playerId } from '../ids.ts';
import type { CommittedMatch } from '../match/match.ts';
import type { Contender, Place, Rating } from './rating.ts';

/**
 * Shares of players as a list, since a player id is never a key of an object here: `__proto__` is an id like
 * any other.
 */
const shares = z
  .array(
    z.strictObject({ playerId, share: z.number() }).refine(({ share }) => share > 0 && share <= 1, {
      error: ({ input }) => `the share of ${(input as Share).playerId} must be more than 0, at most 1`,
    }),
  )
  .max(200, 'at most 200 players')
  .refine(
    (list) => new Set(list.map((it) => it.playerId)).size === list.length,
    'names a player more than once',
  );
type Share = { readonly playerId: string; readonly share: number };

const isPlain = (given: unknown): boolean =>
  typeof given === 'object' &&
  given !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(given));

/** As callers write shares: a number per player id. A job and the record carry the list. */
const played = z
  .custom<Readonly<Record<string, number>> | readonly Share[]>(
    (given) => Array.isArray(given) || isPlain(given),
    'must be an object with a share per player per player: { "<player>": 0.5 }',
  )
  .transform((given) =>
    Array.isArray(given) ? given : Object.entries(given).map(([playerId, share]) => ({ playerId, share })),
  )
  .pipe(shares);

/**
 * One match's result: every team of the match by its instance name, with either a `rank` (1 is best, equal
 * ranks are a draw) or a `score` (higher is better), the same kind for all.
 */
export const matchResult = z
  .strictObject({
    matchId,
    teams: z
      .array(
        z.union(
          [
            z.strictObject({ name: z.string().min(1).max(128), rank: z.int().min(1).max(200) }),
            z.strictObject({ name: z.string().min(1).max(128), score: z.number().min(-1e9).max(1e9) }),
          ],
          'a team has a name and either rank (whole, 1 is best) or score (higher is better)',
        ),
      )
      .min(1)
      .max(200),
    /**
     * Players who took part in only a share of the match, over 0 up to 1; who is not named played all of it.
     */
    played: played.optional(),
  })
  .superRefine(({ teams }, context) => {
    if (teams.some((team) => 'rank' in team) && teams.some((team) => 'score' in team))
      context.addIssue({ code: 'custom', path: ['teams'], message: 'mixes ranks and scores; give one kind' });
    if (new Set(teams.map((team) => team.name)).size < teams.length)
      context.addIssue({ code: 'custom', path: ['teams'], message: 'names a team twice' });
  });
export type MatchResult = z.output<typeof matchResult>;
/** A result as it is reported. */
export type ReportedResult = z.input<typeof matchResult>;

/** A result as its match keeps it. */
export type StoredResult = Omit<MatchResult, 'matchId'>;

type Teams = Pick<CommittedMatch, 'teams'>;

/**
 * Why a result does not fit its match, or `undefined` when it does: it must name exactly the teams that
 * played.
 */
export function resultProblem({ teams }: Teams, result: MatchResult): string | undefined {
  const playing = teams.filter((team) => team.playerIds.length > 0).map((team) => team.name);
  const unknown = result.teams.find((team) => !playing.includes(team.name));
  if (unknown)
    return `teams: ${unknown.name} did not play in match ${result.matchId} (${playing.join(', ')} did)`;
  const named = new Set(result.teams.map((team) => team.name));
  const missing = playing.find((name) => !named.has(name));
  if (missing) return `teams: ${missing} played in match ${result.matchId} and has no rank or score`;
  const playerIds = new Set(teams.flatMap((team) => team.playerIds));
  const stranger = result.played?.find((it) => !playerIds.has(it.playerId));
  return stranger ? `played: ${stranger.playerId} is not a player of match ${result.matchId}` : undefined;
}

/**
 * Whether two results of a match say the same: how they were written down, the order of teams and players, is
 * no matter.
 */
export function sameResult(one: StoredResult, other: StoredResult): boolean {
  const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]) => (a < b ? -1 : 1);
  const normal = ({ teams, played = [] }: StoredResult) =>
    JSON.stringify([
      teams
        .map((team) => [team.name, 'rank' in team ? { rank: team.rank } : { score: team.score }] as const)
        .sort(byName),
      played
        .map(({ playerId, share }) => [playerId, share] as const)
        .filter(([, share]) => share !== 1)
        .sort(byName),
    ]);
  return normal(one) === normal(other);
}

/**
 * Who contended in a match and where each team was placed, teams in the order of the match, those without
 * players left out.
 */
export function contest(
  { teams }: Teams,
  result: StoredResult,
  ratingOf: (playerId: string) => Rating,
): { teams: Contender[][]; place: Place } {
  const present = teams.flatMap((team) => {
    const outcome = result.teams.find((it) => it.name === team.name);
    return outcome ? [{ team, outcome }] : [];
  });
  const shareOf = new Map(result.played?.map(({ playerId, share }) => [playerId, share]));
  const score = present.flatMap(({ outcome }) => ('score' in outcome ? [outcome.score] : []));
  const rank = present.flatMap(({ outcome }) => ('rank' in outcome ? [outcome.rank] : []));
  return {
    teams: present.map(({ team }) =>
      team.playerIds.map((playerId) => ({
        playerId,
        rating: ratingOf(playerId),
        weight: shareOf.get(playerId),
      })),
    ),
    place: score.length > 0 ? { score } : { rank },
  };
}
