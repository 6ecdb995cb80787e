import { defaultLadder } from '../ladder/ladder.ts';
import { newcomer, type Rating, rateMatch, visibleRating } from '../ladder/rating.ts';
import { contest, sameResult } from '../ladder/result.ts';
import type { Check, Finding } from './check.ts';
import { promisedCalls } from './diary.ts';
import { gamesOf, playedIn } from './games.ts';
import type { StoredMatch, StoredRatingChange } from './snapshot.ts';

/** Two computations of one rating may differ by so much: sums of floating point numbers in another order. */
const rounding = 1e-9;

/** The rating a match led to is the one that its stored result leads to, from the ratings before it. */
export const ratingValue: Check = {
  invariant: 5,
  find({ matches, ratingChanges }) {
    const changes = Map.groupBy(ratingChanges, (change) => change.match_id);
    return matches.flatMap((match) => {
      const all = changes.get(match._id) ?? [];
      // After a correction what counts is how the match was rated last.
      const revision = Math.max(...all.map((change) => change.revision));
      const own = all.filter((change) => change.revision === revision);
      const [first] = own;
      if (!first || !match.result) return [];
      const expected = rate(match, own, first);
      return own.flatMap(({ player_id: subject, after }) => {
        const wanted = expected.get(subject);
        if (wanted && isClose(wanted, after)) return [];
        const story = `match ${match._id} led player ${subject} to ${told(after)}, its result to ${told(wanted)}`;
        return [{ subject, story }];
      });
    });
  },
};

function rate(
  match: StoredMatch,
  changes: readonly StoredRatingChange[],
  { at, season, settings }: StoredRatingChange,
) {
  const before = new Map(changes.map((change) => [change.player_id, change.before]));
  const result = match.result ?? { teams: [] };
  const { teams, place } = contest({ teams: playedIn(match) }, result, (id) => before.get(id) ?? newcomer);
  return rateMatch(teams, place, { at, season }, settings);
}

const isClose = (one: Rating, other: Rating) =>
  Math.abs(one.mu - other.mu) <= rounding && Math.abs(one.sigma - other.sigma) <= rounding;

const told = (rating: Rating | undefined) =>
  rating ? `mu ${rating.mu} and sigma ${rating.sigma}` : 'no rating';

/** No stored number is NaN; what players see is the whole number that their rating comes to. */
export const ratingNumber: Check = {
  invariant: 5,
  find({ players, ratingChanges }) {
    const findings: Finding[] = [];
    for (const { player_id: subject, match_id, before, after } of ratingChanges)
      if (![before, after].every(isSound))
        findings.push({ subject, story: `match ${match_id} led player ${subject} to ${told(after)}` });
    for (const { _id: subject, profile, ratings } of players) {
      const shown = visibleRating(ratings[defaultLadder] ?? newcomer);
      if (!Object.values(ratings).every(isSound) || profile.current_rating !== shown)
        findings.push({
          subject,
          story: `player ${subject} is shown as ${profile.current_rating} and rated ${shown}`,
        });
    }
    return findings;
  },
};

const isSound = ({ mu, sigma }: Rating): boolean => Number.isFinite(mu) && sigma > 0 && sigma < 1_000;

/** The first rating that is stored of a player is a newcomer's. */
export const ratingBegins: Check = {
  invariant: 5,
  find: ({ ratingChanges }) =>
    ratingChanges
      .filter(({ before }) => before.version === 0 && before.mu !== newcomer.mu)
      .map(({ player_id, before }) => ({
        subject: player_id,
        story: `player ${player_id} began with ${told(before)}, not as a newcomer`,
      })),
};

/** The result that is stored is one that somebody reported. */
export const resultAsReported: Check = {
  invariant: 5,
  find({ matches }, diary) {
    const { last } = gamesOf(matches);
    const reports = Map.groupBy(
      diary.calls.filter((call) => call.kind === 'report-result'),
      (call) => last(call.matchId)?._id,
    );
    if (promisedCalls(diary, 'report-result').some((call) => call.result === undefined)) return [];
    return matches.flatMap(({ _id, result }) => {
      const reported = reports.get(_id);
      if (!result || !reported || reported.some((call) => call.result && sameResult(call.result, result)))
        return [];
      return [{ subject: _id, story: `match ${_id} has a result that nobody reported` }];
    });
  },
};
