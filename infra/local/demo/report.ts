import { type Band, calibrationError, toTable } from './calibration.ts';
import type { Published } from './cloudwatch.ts';
import type { DemoOptions } from './options.ts';
import { percentile } from './statistics.ts';
import type { Verdict } from './verdict.ts';

/** All that a run of the demo found out, read back from DocumentDB and CloudWatch. */
export interface DemoReport {
  readonly options: DemoOptions;
  readonly players: number;
  readonly verdict: Verdict;
  readonly refusals: readonly string[];
  /** Correlation of the final rating with the hidden skill, over players who were rated. */
  readonly correlation: number;
  /** Predicted against actual wins. */
  readonly calibration: readonly Band[];
  readonly cloudwatch: Readonly<Record<string, Published>>;
  readonly seconds: number;
}

/** The one object `--json` prints. */
export function toJson({ options, players, verdict, correlation, calibration, seconds }: DemoReport) {
  const { waitsMs, problems, ...counts } = verdict;
  return {
    players,
    ...counts,
    matchmakingTimeMs: { p50: percentile(waitsMs, 0.5), p99: percentile(waitsMs, 0.99) },
    ratingSkillCorrelation: Number(correlation.toFixed(3)),
    calibrationError: Number(calibrationError(calibration).toFixed(4)),
    calibration,
    seconds: Number(seconds.toFixed(1)),
    workers: options.workers,
    problems,
  };
}

/** The table a person reads. */
export function toText(report: DemoReport): string {
  const { verdict, correlation, calibration, cloudwatch, refusals, players, seconds, options } = report;
  const statuses = Object.entries(verdict.ticketsByStatus).map(([status, count]) => `${status} ${count}`);
  const proposals = Object.entries(verdict.proposals).map(([how, count]) => `${how} ${count}`);
  const rows: [string, string][] = [
    ['players', `${players} in ${seconds.toFixed(1)} s on ${options.workers} workers`],
    ['sessions', `${verdict.sessions} stored`],
    ['tickets', `${verdict.tickets} acknowledged: ${statuses.join(', ')}`],
    ['matches', `${verdict.matches} stored`],
    ['proposals', proposals.length > 0 ? proposals.join(', ') : 'none: nobody was asked'],
    ['backfill', `${verdict.backfilled} times a running match took in more players`],
    [
      'wait',
      `p50 ${percentile(verdict.waitsMs, 0.5)} ms, p99 ${percentile(verdict.waitsMs, 0.99)} ms (ticket start to match)`,
    ],
    [
      'ratings',
      `${verdict.ratingsApplied} of ${verdict.ratingsExpected} applied; correlation with hidden skill ${correlation.toFixed(2)}`,
    ],
    ['lost tickets', String(verdict.lostTickets)],
    ['players in two matches', String(verdict.playersInTwoMatches)],
    ...Object.entries(cloudwatch).map(([name, it]): [string, string] => [
      `CloudWatch ${name}`,
      `${it.samples} samples, average ${it.average.toFixed(1)}, maximum ${it.maximum.toFixed(0)}`,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
  const refused =
    refusals.length > 0 ? `\n${refusals.length} calls were refused, the first: ${refusals[0]}` : '';
  const verdictLine =
    verdict.problems.length === 0
      ? 'Every invariant holds.'
      : `BROKEN:\n${verdict.problems
          .slice(0, 20)
          .map((it) => `  ${it}`)
          .join('\n')}`;
  const chances = `\nPredicted against actual wins, mean distance ${(calibrationError(calibration) * 100).toFixed(1)} %:\n${toTable(calibration)}`;
  return `\nRead back from DocumentDB and CloudWatch:\n${table}${chances}${refused}\n${verdictLine}`;
}
