import type { ChanceBy, QualityTarget } from '../../configuration/quality.ts';
import { defaultSettings } from '../../ladder/ladder.ts';
import { muShownAs, newcomer, type Rating, wellKnown, winChances } from '../../ladder/rating.ts';
import type { Columns } from './columns.ts';
import type { Lineup } from './lineup.ts';
import type { Slot, Tickets } from './tickets.ts';

type Seats = Pick<Lineup, 'teams' | 'tickets'>;

/** A quality target, compiled. */
export interface Evenness {
  /**
   * By stage of the oldest ticket: how far from even a side's chance against another may be; Infinity once
   * nothing is asked.
   */
  readonly allowed: readonly number[];
  /** How far from even the strongest side's chance against the weakest is, 0 to 0.5. */
  readonly unevenness: (lineup: Seats) => number;
}

/** `stages`: the ages (ms) at which each begins; those at which the target eases are among them. */
export function compileEvenness(
  { within, easesAt, by }: QualityTarget,
  columns: Columns,
  stages: readonly number[],
): Evenness {
  const allowed = stages.map((from) => {
    const eased = easesAt.filter((age) => age <= from).length;
    const width = within * (eased + 1);
    return eased === easesAt.length || width >= 0.5 ? Number.POSITIVE_INFINITY : width;
  });
  return { allowed, unevenness: by.of === 'elo' ? byElo(columns, by.attribute) : byLadder(columns, by) };
}

/**
 * Whether a line-up is as even as its oldest ticket still asks for. Matches that are being played already are
 * exempt.
 */
export function isEvenEnough({ allowed, unevenness }: Evenness, lineup: Lineup): boolean {
  const most = allowed[Math.max(...lineup.members.map((slot) => lineup.tickets.stage(slot)))];
  if (lineup.backfill || most === undefined || most === Number.POSITIVE_INFINITY) return true;
  return unevenness(lineup) <= most + 1e-9;
}

/** The first stage at which so uneven a line-up is even enough. */
export const stageAllowing = ({ allowed }: Evenness, unevenness: number): number =>
  allowed.findIndex((most) => unevenness <= most + 1e-9);

type Unevenness = Evenness['unevenness'];

function byElo(columns: Columns, attribute: string): Unevenness {
  return ({ teams, tickets }) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const team of teams) {
      const values = numbersIn(columns, tickets, team, attribute);
      if (values.length === 0) continue;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (mean < low) low = mean;
      if (mean > high) high = mean;
    }
    return high > low ? 1 / (1 + 10 ** ((low - high) / 400)) - 0.5 : 0;
  };
}

/** As the ladder predicts by its default settings, whichever side plays where. */
function byLadder(columns: Columns, { mean, cautious }: Extract<ChanceBy, { of: 'ladder' }>): Unevenness {
  const toMu = mean.as === 'mu' ? (value: number) => value : muShownAs;
  return ({ teams, tickets }) => {
    const contenders = teams.flatMap((team) => {
      const sure = cautious === undefined ? [] : numbersIn(columns, tickets, team, cautious);
      const players = numbersIn(columns, tickets, team, mean.attribute).map((value, index) =>
        ratingOf(toMu(value), sure[index]),
      );
      return players.length === 0 ? [] : [players.map((rating) => ({ playerId: '', rating }))];
    });
    const chances = winChances(contenders, { at: 0, season: 0 }, defaultSettings);
    const [low, high] = [Math.min(...chances), Math.max(...chances)];
    return high > low ? high / (high + low) - 0.5 : 0;
  };
}

/** `cautious` is three deviations below the mean. */
function ratingOf(mu: number, cautious: number | undefined): Rating {
  const sigma = cautious === undefined ? wellKnown : (mu - muShownAs(cautious)) / 3;
  return { ...newcomer, mu, sigma: Math.min(newcomer.sigma, Math.max(0, sigma)) };
}

function numbersIn(columns: Columns, tickets: Tickets, team: readonly Slot[], name: string): number[] {
  const cells = team.flatMap((row) =>
    columns.cells(tickets.playersOf(row), { of: 'attribute', name }, 'each'),
  );
  return cells as number[];
}
