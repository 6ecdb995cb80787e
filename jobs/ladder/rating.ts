import { plackettLuce } from 'openskill/models';
import type { LadderSettings } from './ladder.ts';
import { alike, ordersOf } from './ties.ts';
import { chanceOf, type Outcome, ratedTwo } from './two-sides.ts';

/** A player's skill on one ladder: a normal distribution, and where it stands in the ladder's time. */
export interface Rating {
  readonly mu: number;
  readonly sigma: number;
  /** Counts how often it was changed; a cache takes only a higher one. */
  readonly version: number;
  /** Matches that it counts. */
  readonly games: number;
  /** Ladder time of the last match, see `ladderTime`; 0 before the first. */
  readonly at: number;
  /** The season it was last brought up to. */
  readonly season: number;
}

/** A moment of a ladder: its time in ms and the season that runs. */
export interface Moment {
  readonly at: number;
  readonly season: number;
}

/** A player of a team that is rated. */
export interface Contender {
  readonly playerId: string;
  readonly rating: Rating;
  /** Share of the match they took part in, over 0 up to 1. Default 1. */
  readonly weight?: number | undefined;
}

/** By rank (1 is best, equal ranks are a draw) or by score (higher is better), a number per team. */
export type Place = { readonly rank: readonly number[] } | { readonly score: readonly number[] };

/** Who has not played yet: the defaults of Weng and Lin's paper (JMLR 12, 2011) and of `openskill`. */
export const newcomer: Rating = { mu: 25, sigma: 25 / 3, version: 0, games: 0, at: 0, season: 0 };

/** Whether all of a rating are numbers that one can go on from. */
export const isSound = ({ mu, sigma }: Pick<Rating, 'mu' | 'sigma'>): boolean =>
  Number.isFinite(mu) && Number.isFinite(sigma) && sigma > 0;

const beta = newcomer.sigma / 2;

/** Units of mu that are a logit, the natural logarithm of the odds. */
const perLogit = Math.SQRT2 * beta;

/**
 * Visible points per unit of mu. The Bradley-Terry model expects p = 1 / (1 + exp(-Δmu / (√2 β))), Elo
 * p = 1 / (1 + 10^(-Δ/400)): equal when one mu is 400 / (ln 10 · √2 β) = 29.5 points.
 */
const pointsPerMu = 400 / (Math.LN10 * perLogit);

/**
 * The integer players see. An Elo-like scale: 1500 for a newcomer, and 400 points between two well-known
 * players mean odds of ten to one. It shows mu and not a cautious mu − 3σ, so that it neither starts at the
 * bottom nor climbs merely by playing.
 */
export function visibleRating(rating: Pick<Rating, 'mu'>): number {
  return Math.round(1500 + (rating.mu - newcomer.mu) * pointsPerMu);
}

/** A difference of means, or a sigma, in the points that players see. */
export const pointsOf = (mu: number): number => mu * pointsPerMu;

/** The mean behind an integer that players see. */
export const muShownAs = (points: number): number => newcomer.mu + (points - 1500) / pointsPerMu;

/** The uncertainty of somebody who has played for long, in units of mu: some 60 points. */
export const wellKnown = 2;

/**
 * The rating a player has almost certainly (mu − 3σ), on the scale players see: low for a newcomer, rising as
 * they play.
 */
export function cautiousRating({ mu, sigma }: Pick<Rating, 'mu' | 'sigma'>): number {
  return visibleRating({ mu: mu - 3 * sigma });
}

/** The most uncertain that a rating of the ladder is, in units of mu. */
const newcomerSigma = ({ newcomerUncertainty }: LadderSettings): number =>
  newcomerUncertainty === undefined ? newcomer.sigma : newcomerUncertainty / pointsPerMu;

const dayMs = 24 * 3600 * 1000;

/**
 * A rating as it stands at a later moment: a soft reset for each season that began since draws mu towards the
 * newcomer's and adds uncertainty, then inactivity adds more; never beyond a newcomer's.
 */
export function ratingAt(rating: Rating, { at, season }: Moment, ladder: LadderSettings): Rating {
  const most = newcomerSigma(ladder);
  if (rating.games === 0 && rating.at === 0 && rating.sigma === newcomer.sigma)
    return { ...rating, sigma: most, season: Math.max(season, rating.season) };
  const seasons = Math.max(0, season - rating.season);
  const days = rating.at === 0 ? 0 : Math.max(0, at - rating.at) / dayMs;
  if (seasons === 0 && days === 0) return rating;
  const keeps = ladder.seasonKeeps ** seasons;
  const variance =
    rating.sigma ** 2 +
    seasons * (ladder.seasonUncertainty / pointsPerMu) ** 2 +
    days * (ladder.dailyUncertainty / pointsPerMu) ** 2;
  return {
    ...rating,
    mu: newcomer.mu + keeps * (rating.mu - newcomer.mu),
    sigma: Math.max(rating.sigma, Math.min(most, Math.sqrt(variance))),
    season: Math.max(season, rating.season),
  };
}

/** A rating brought forward to a season in which its player has not played. */
export const inSeason = (rating: Rating, season: number, ladder: LadderSettings): Rating => ({
  ...ratingAt(rating, { at: rating.at, season }, ladder),
  version: rating.version + 1,
});

/**
 * The ladder's time of a match: when it was committed, or just after the latest of its players' earlier
 * matches on the ladder where a result comes late. So each player's matches are strictly ordered, whichever
 * workers rated them and whatever their clocks said: a hybrid logical clock. Matches that share no player may
 * share a time.
 */
export function ladderTime(committedAt: number, players: readonly Rating[]): number {
  return players.reduce((time, rating) => Math.max(time, rating.at + 1), committedAt);
}

/**
 * New ratings of all players of one match by its result: two sides as `ratedTwo` has it, more by Weng and
 * Lin's Plackett-Luce model. The teams are in the match's own order. Teams without players do not count; with
 * fewer than two teams nothing was won, and only counts and time move.
 */
export function rateMatch(
  teams: readonly (readonly Contender[])[],
  place: Place,
  moment: Moment,
  ladder: LadderSettings,
): Map<string, Rating> {
  const present = teams.map((team) =>
    team.map((it) => ({ ...it, now: ratingAt(it.rating, moment, ladder) })),
  );
  const after = ratedByModel(
    present.map((team, t) => asTeam(team, t, ladder)),
    place,
    ladder,
  );
  const most = newcomerSigma(ladder);
  const ratings = new Map<string, Rating>();
  for (const [t, players] of present.entries()) {
    const rated = after[t];
    const factor = marginFactor(place, t, ladder.typicalMargin);
    for (const [p, { playerId, now, weight = 1 }] of players.entries()) {
      const { mu, sigma } = rated?.[p] ?? { mu: now.mu * weight, sigma: now.sigma * weight };
      ratings.set(playerId, {
        mu: now.mu + factor * (mu / weight - now.mu),
        sigma: Math.min(most, sigma / weight),
        version: now.version + 1,
        games: now.games + 1,
        at: moment.at,
        season: now.season,
      });
    }
  }
  return ratings;
}

type ModelTeam = readonly { readonly mu: number; readonly sigma: number }[];

/** What the model makes of teams by their result, in their order; nothing of fewer than two. */
function ratedByModel(
  teams: readonly ModelTeam[],
  place: Place,
  ladder: LadderSettings,
): readonly ModelTeam[] {
  const [one, other] = teams;
  if (!one || !other) return [];
  if (teams.length === 2) return ratedTwo([one, other], outcomeOf(place, ladder), perLogit);
  const ranks = 'rank' in place ? place.rank : place.score.map((score) => -score);
  if (new Set(ranks).size === ranks.length) return ratedInOrder(teams, ranks);
  const strength = (t: number) => (teams[t] ?? []).reduce((sum, { mu, sigma }) => sum + mu + sigma * 1e-6, 0);
  const all = ordersOf(ranks, (one, other) => strength(one) - strength(other)).map((places) =>
    ratedInOrder(teams, places),
  );
  // Equal teams that tied come to the same, however few of their orders were looked at.
  const twins = alike(teams.keys(), (t) => JSON.stringify([ranks[t], teams[t]]));
  const after: ModelTeam[] = [];
  for (const same of twins.values()) {
    const cases = all.flatMap((one) => same.map((t) => one[t] ?? []));
    const mean = (p: number, of: 'mu' | 'sigma') =>
      cases.reduce((sum, team) => sum + (team[p]?.[of] ?? 0), 0) / cases.length;
    for (const t of same)
      after[t] = (teams[t] ?? []).map((_, p) => ({ mu: mean(p, 'mu'), sigma: mean(p, 'sigma') }));
  }
  return after;
}

function outcomeOf(place: Place, { typicalMargin, narrowWinsCost }: LadderSettings): Outcome {
  const [mine = 0, theirs = 0] = 'score' in place ? place.score : place.rank.map((rank) => -rank);
  if ('score' in place && typicalMargin !== undefined)
    return { margin: (mine - theirs) / typicalMargin, mayCost: narrowWinsCost };
  return { won: (Math.sign(mine - theirs) + 1) / 2 };
}

/** The model wants teams from first to last. */
function ratedInOrder(teams: readonly ModelTeam[], ranks: readonly number[]): readonly ModelTeam[] {
  const order = teams.map((_, t) => t).sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  const rated = plackettLuce(
    order.map((t) => [...(teams[t] ?? [])]),
    { rank: order.map((t) => ranks[t] ?? 0) },
  );
  const after: ModelTeam[] = [];
  for (const [at, t] of order.entries()) after[t] = rated[at] ?? [];
  return after;
}

/**
 * A team as the model sees it. A team's strength is the sum of its players', so whoever took part in a share
 * w of the match adds w times their strength: partial play is this change of variables (Herbrich, Minka and
 * Graepel, "TrueSkill", 2006, section 5), undone on the result. The first team's side plays along as somebody
 * of known strength.
 */
function asTeam(
  players: readonly { readonly now: Rating; readonly weight?: number | undefined }[],
  index: number,
  { sideAdvantage, matchUncertainty, learningUncertainty }: LadderSettings,
) {
  const drift = (matchUncertainty / pointsPerMu) ** 2;
  const learning = (learningUncertainty / pointsPerMu) ** 2;
  const team = players.map(({ now: { mu, sigma, games }, weight = 1 }) => ({
    mu: mu * weight,
    sigma: Math.sqrt(sigma ** 2 + drift + learning / (games + 1)) * weight,
  }));
  if (index === 0 && sideAdvantage !== 0) team.push({ mu: sideAdvantage / pointsPerMu, sigma: 0 });
  return team;
}

/**
 * How much a team's result among three or more counts by its score: once when it is ahead or behind by the
 * ladder's typical margin, more by a rout, less by a narrow one, with the logarithm. A mean over its
 * opponents; a draw, having no margin, counts once.
 */
function marginFactor(place: Place, team: number, typical: number | undefined): number {
  if (typical === undefined || !('score' in place) || place.score.length < 3) return 1;
  const scores = place.score;
  const own = scores[team] ?? 0;
  const weights = scores.map((score) =>
    score === own ? 1 : Math.log1p(Math.abs(score - own)) / Math.log1p(typical),
  );
  return (weights.reduce((sum, it) => sum + it, 0) - 1) / (scores.length - 1);
}

/**
 * Each team's chance to win, in the order given; they sum to 1. What the model itself expects of first place,
 * tempered by the ladder's `confidence`.
 */
export function winChances(
  teams: readonly (readonly Contender[])[],
  moment: Moment,
  ladder: LadderSettings,
): number[] {
  const strengths = teams.map((team, index) =>
    asTeam(
      team.map((it) => ({ ...it, now: ratingAt(it.rating, moment, ladder) })),
      index,
      ladder,
    ),
  );
  const uncertainty = strengths.reduce(
    (sum, team) => sum + team.reduce((own, { sigma }) => own + sigma ** 2, 0),
    0,
  );
  const sums = strengths.map((team) => team.reduce((sum, { mu }) => sum + mu, 0));
  if (sums.length === 2) {
    const mean = ((sums[0] ?? 0) - (sums[1] ?? 0)) / perLogit;
    const chance = chanceOf(mean * ladder.confidence, uncertainty / perLogit ** 2);
    return [chance, 1 - chance];
  }
  const scale = ladder.confidence / Math.sqrt(strengths.length * beta ** 2 + uncertainty);
  const most = Math.max(...sums);
  const odds = sums.map((sum) => Math.exp((sum - most) * scale));
  const total = odds.reduce((sum, it) => sum + it, 0);
  return odds.map((it) => it / total);
}
