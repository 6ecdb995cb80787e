import { resolve } from 'node:path';
import { Command } from 'commander';
import { fitLadder, leastGames } from '../../jobs/ladder/fit-ladder.ts';
import { type Gain, gainOf, scoresOf } from '../../jobs/ladder/forecast-scores.ts';
import { defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import { forecast, type Game, openLadder } from '../../jobs/ladder/replay.ts';
import { RequestError } from '../request-error.ts';
import { columnsOf, dayOf, readGames } from './games.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';

type Options = Parameters<typeof columnsOf>[0] & {
  readonly games: readonly string[];
  readonly judgeFrom?: string;
  readonly put?: true;
};

/** Share of the games that settings are chosen on where no date says it. */
const earlierShare = 0.7;

/**
 * What `ladder fit` prints. Log-loss is that of the later games; `gain` is how much lower it is than by
 * today's settings.
 */
interface Fit {
  readonly name: string;
  readonly judgedFrom: string;
  readonly chosenOn: number;
  readonly judgedOn: number;
  readonly settings: LadderSettings;
  readonly today: LadderSettings;
  readonly logLoss: { readonly fit: number; readonly today: number };
  readonly gain: Gain;
  /** Whether the ladder has these settings now. */
  readonly put: boolean;
}

export function fitLadderCommand(from: string): Command {
  return new Command('fit')
    .description("settings that would have predicted a ladder's games best, and what they gain over today's")
    .argument('<name>', 'which ladder, e.g. default')
    .requiredOption('--games <file...>', 'CSV with a header; several files are one stream')
    .option('--date <column>', 'date of a game: ISO (2026-11-30), 20261130, seconds or ms since 1970', 'date')
    .option('--side-a <column>', 'first side, at home (default: team1)')
    .option('--side-b <column>', 'second side (default: team2)')
    .option('--score-a <column>', 'score of the first side, higher is better (default: score1)')
    .option('--score-b <column>', 'score of the second side (default: score2)')
    .option('--winner <column>', 'instead of sides and scores, where only the winner is known')
    .option('--loser <column>', 'goes with --winner')
    .option('--neutral <column>', 'games without a home side: anything but empty, 0, no or false')
    .option('--season <column>', 'a new value is a soft reset')
    .option('--judge-from <date>', 'settings are chosen on games before it (default: the first 70 %)')
    .option('--put', 'give the ladder these settings, for matches rated from now on')
    .action(async (name: string, options: Options, command: Command) => {
      const columns = columnsOf(options);
      const games = readGames(
        options.games.map((file) => resolve(from, file)),
        columns,
      );
      const judged = judgedFrom(games, options.judgeFrom);
      let today = defaultSettings;
      await withClient(command, async (client) => {
        const found = (await client.listLadders()).find((it) => it.name === name);
        if (found) today = found.settings;
      });
      // No client is open meanwhile: a fit takes all of the process, which then would not answer the queue.
      const fit = fitted(name, games, judged, today, columns.scores !== undefined);
      const tell = (put: boolean) => show(command, { ...fit, put }, () => report({ ...fit, put }));
      if (!options.put) return tell(false);
      await withClient(command, async (client) => {
        await client.putLadder({ name, settings: fit.settings });
      });
      tell(true);
    });
}

/** The day from which games are judged. Refused where there are too few before it, or too few days after. */
function judgedFrom(games: readonly Game[], date: string | undefined): number {
  const share = games[Math.floor(games.length * earlierShare)]?.day ?? 0;
  const day = date === undefined ? share : dayOf(date, '--judge-from <date>');
  const earlier = games.filter((game) => game.day < day).length;
  const decided = games.filter((game) => game.day >= day && game.scores[0] !== game.scores[1]);
  const problem =
    earlier < leastGames
      ? `${earlier} games are before ${isoOf(day)}; at least ${leastGames} are needed to choose settings by`
      : new Set(decided.map((game) => game.day)).size < 2
        ? `games on or after ${isoOf(day)} are of fewer than two days, ties left out; give an earlier --judge-from`
        : undefined;
  if (problem) throw new RequestError('invalid-request', `--games: ${problem}`);
  return day;
}

function fitted(
  name: string,
  games: readonly Game[],
  judged: number,
  today: LadderSettings,
  scored: boolean,
) {
  const earlier = games.filter((game) => game.day < judged);
  let told = -1;
  const progress = (done: number) => {
    const tenth = Math.floor(done * 10);
    if (tenth > told) console.error(`choosing settings on ${earlier.length} games: ${tenth * 10} %`);
    told = Math.max(told, tenth);
  };
  const settings = fitLadder(earlier, { side: scored, margin: scored, progress });
  const later = (by: LadderSettings) => forecast(games, openLadder(by), (game) => game.day >= judged);
  const [ours, theirs] = [later(settings), later(today)];
  const { logLoss, games: judgedOn } = scoresOf(ours);
  return {
    ...{ name, judgedFrom: isoOf(judged), chosenOn: earlier.length, judgedOn, settings, today },
    logLoss: { fit: logLoss, today: scoresOf(theirs).logLoss },
    gain: gainOf(ours, theirs),
  };
}

function report({ name, settings, today, logLoss, gain, put, ...of }: Fit): string {
  const names = Object.keys({ ...today, ...settings }) as (keyof LadderSettings)[];
  const verdict =
    gain.low > 0
      ? "better than today's"
      : gain.high < 0
        ? "worse than today's: keep those"
        : "not surely better than today's: the interval holds 0";
  const [mean, low, high] = [gain.mean, gain.low, gain.high].map((it) => it.toFixed(4));
  return [
    `settings chosen on ${of.chosenOn} games before ${of.judgedFrom}, judged on ${of.judgedOn} since`,
    '',
    table(names.map((setting) => ({ setting, today: today[setting], fit: settings[setting] }))),
    '',
    `log-loss ${logLoss.fit.toFixed(4)}, by today's settings ${logLoss.today.toFixed(4)}`,
    `gain ${mean}, 95 % confidence ${low} to ${high}: ${verdict}`,
    put
      ? `ladder ${name} has these settings, for matches rated from now on`
      : `--put gives them to ladder ${name}`,
  ].join('\n');
}

const isoOf = (day: number): string => new Date(day).toISOString().slice(0, 10);
