import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fitLadder } from '../../jobs/ladder/fit-ladder.ts';
import { type Scores, scoresOf } from '../../jobs/ladder/forecast-scores.ts';
import { forecast, type Game, openLadder } from '../../jobs/ladder/replay.ts';
import { type Columns, columnsOf, dayOf, readGames } from '../../producers/cli/games.ts';
import { eloSpeeds, openElo } from './elo.ts';

export const usage = `Replays real games in order of date through the fleet's rating code and says how well it predicted them.

  npm run bench -- ratings --games FILE [FILE ...] [options]

  --games FILE            CSV with a header; several files are one stream
  --date COL              column of the date (default: date): ISO (2026-11-30), 20261130, or seconds or ms since 1970
  --side-a COL --side-b COL --score-a COL --score-b COL
                          columns of the sides, the first one at home, and of their scores
                          (default: team1, team2, score1, score2)
  --winner COL --loser COL  instead, where only the winner is known
  --neutral COL           games without a home side: anything but empty, 0, no or false
  --season COL            a new value is a soft reset
  --score-from DATE, --score-to DATE
                          score only games on or after, and before, these dates
  --json                  print only {"games","accuracy","logLoss","brier","calibrationError"}

Ties are rated and not scored. The ladder's settings are chosen by log-loss on the games before --score-from alone; without
it, or with fewer than 500 games before it, they are the fleet's defaults.`;

interface Request {
  readonly files: readonly string[];
  readonly columns: Columns;
  readonly from: number;
  readonly to: number;
  readonly json: boolean;
}

export async function run(args: readonly string[]): Promise<void> {
  const request = readRequest(args);
  const games = readGames(request.files, request.columns);
  const scored = ({ day }: Game) => day >= request.from && day < request.to;
  const past = Number.isFinite(request.from) ? games.filter((game) => game.day < request.from) : [];
  const known = request.columns.scores !== undefined;
  const ours = (side: boolean) => {
    const settings = fitLadder(past, { side: side && known, margin: known });
    return { settings, scores: scoresOf(forecast(games, openLadder(settings), scored)) };
  };

  const withSide = ours(true);
  if (request.json) return console.log(JSON.stringify(rounded(withSide.scores)));
  // Where only the winner is known no side is at home.
  const without = known ? ours(false) : withSide;
  // With the advantage that was chosen for the ladder.
  const { sideAdvantage } = withSide.settings;
  const elo = Object.entries(eloSpeeds).map(([name, speed]) => {
    const scores = scoresOf(forecast(games, openElo(speed, sideAdvantage), scored));
    return [name, rounded(scores)] as const;
  });
  console.table({
    'with a side advantage': rounded(withSide.scores),
    'without one': rounded(without.scores),
    ...Object.fromEntries(elo),
  });
  console.log(`Settings, chosen on the ${past.length} games before those scored:`);
  console.table({ 'with a side advantage': withSide.settings, 'without one': without.settings });
}

function rounded(scores: Scores): Scores {
  return Object.fromEntries(
    Object.entries(scores).map(([name, value]) => [name, Number(value.toFixed(5))]),
  ) as unknown as Scores;
}

function readRequest(args: readonly string[]): Request {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      games: { type: 'string', multiple: true, default: [] },
      date: { type: 'string', default: 'date' },
      'side-a': text,
      'side-b': text,
      'score-a': text,
      'score-b': text,
      winner: text,
      loser: text,
      neutral: text,
      season: text,
      'score-from': text,
      'score-to': text,
      json: { type: 'boolean', default: false },
    },
  });
  const files = [...values.games, ...positionals];
  if (files.length === 0) throw new Error('--games: name at least one file');
  const caller = process.env['INIT_CWD'] ?? process.cwd();
  return {
    files: files.map((file) => resolve(caller, file)),
    columns: columnsOf({
      ...values,
      ...{
        sideA: values['side-a'],
        sideB: values['side-b'],
        scoreA: values['score-a'],
        scoreB: values['score-b'],
      },
    }),
    from: day('--score-from', values['score-from'], Number.NEGATIVE_INFINITY),
    to: day('--score-to', values['score-to'], Number.POSITIVE_INFINITY),
    json: values.json,
  };
}

function day(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  return dayOf(value, option);
}
