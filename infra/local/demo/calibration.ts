import type { Db } from 'mongodb';
import type { StoredResult } from '../../../jobs/ladder/result.ts';

/** Teams whose predicted chance to win fell into one band. */
export interface Band {
  /** Bounds of the band, shares. */
  readonly from: number;
  readonly to: number;
  readonly teams: number;
  /** Mean predicted chance. */
  readonly predicted: number;
  /** Share of them that won; a shared first place is shared out. */
  readonly won: number;
}

/** The fields of a `matches` document the table needs. */
interface RatedMatch {
  readonly teams: readonly { readonly name: string }[];
  readonly chances: readonly number[];
  readonly result: StoredResult;
}

const bounds = [0, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 1];

/** Predicted against actual wins over all rated matches, as the chances stood when each began. */
export async function readCalibration(db: Db): Promise<Band[]> {
  const matches = await db
    .collection<RatedMatch>('matches')
    .find({ result: { $exists: true }, chances: { $exists: true } })
    .sort({ _id: 1 })
    .toArray();
  return calibrate(matches.flatMap(outcomesOf));
}

interface Outcome {
  readonly chance: number;
  readonly won: number;
}

/** Every team's chance, and 1 if it won alone. */
function outcomesOf({ teams, chances, result }: RatedMatch): Outcome[] {
  const height = new Map(result.teams.map((team) => [team.name, 'score' in team ? team.score : -team.rank]));
  const best = Math.max(...height.values());
  const winners = [...height.values()].filter((it) => it === best).length;
  return teams.flatMap(({ name }, index) => {
    const chance = chances[index];
    return chance === undefined ? [] : [{ chance, won: height.get(name) === best ? 1 / winners : 0 }];
  });
}

export function calibrate(outcomes: readonly Outcome[]): Band[] {
  return bounds.slice(1).flatMap((to, index) => {
    const from = bounds[index] ?? 0;
    const own = outcomes.filter(({ chance }) => chance >= from && (chance < to || to === 1));
    const mean = (of: (outcome: Outcome) => number) => own.reduce((sum, it) => sum + of(it), 0) / own.length;
    if (own.length === 0) return [];
    return [{ from, to, teams: own.length, predicted: mean((it) => it.chance), won: mean((it) => it.won) }];
  });
}

/** Mean distance of predicted from actual wins over all teams. */
export function calibrationError(bands: readonly Band[]): number {
  const teams = bands.reduce((sum, band) => sum + band.teams, 0);
  return teams === 0
    ? 0
    : bands.reduce((sum, band) => sum + band.teams * Math.abs(band.predicted - band.won), 0) / teams;
}

/** The table a person reads, a line per band. */
export function toTable(bands: readonly Band[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8);
  const rows = bands.map(
    ({ from, to, teams, predicted, won }) =>
      `  ${`${Math.round(from * 100)} to ${Math.round(to * 100)} %`.padEnd(14)}${percent(predicted)}  ${percent(won)}  ${String(teams).padStart(7)}`,
  );
  return ['  chance        predicted      won    teams', ...rows].join('\n');
}
