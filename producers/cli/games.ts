import { readFileSync } from 'node:fs';
import type { Game } from '../../jobs/ladder/replay.ts';
import { RequestError } from '../request-error.ts';

/** Names of columns. */
export interface Columns {
  readonly date: string;
  readonly sides: readonly [string, string];
  /** Absent where the sides are winner and loser. */
  readonly scores?: readonly [string, string] | undefined;
  readonly neutral?: string | undefined;
  readonly season?: string | undefined;
}

/** Columns by the options that name them, with the defaults of those that are not given. */
export function columnsOf(given: {
  readonly date?: string | undefined;
  readonly sideA?: string | undefined;
  readonly sideB?: string | undefined;
  readonly scoreA?: string | undefined;
  readonly scoreB?: string | undefined;
  readonly winner?: string | undefined;
  readonly loser?: string | undefined;
  readonly neutral?: string | undefined;
  readonly season?: string | undefined;
}): Columns {
  const { date = 'date', winner, loser, neutral, season } = given;
  if ((winner === undefined) !== (loser === undefined)) throw wrong('--winner and --loser go together');
  const rest = { date, neutral, season };
  if (winner !== undefined && loser !== undefined) return { ...rest, sides: [winner, loser] };
  return {
    ...rest,
    sides: [given.sideA ?? 'team1', given.sideB ?? 'team2'],
    scores: [given.scoreA ?? 'score1', given.scoreB ?? 'score2'],
  };
}

const wrong = (message: string) => new RequestError('invalid-request', message);

/** Reads CSV files as one stream of games in order of date; games of one day keep the order of the files. */
export function readGames(files: readonly string[], columns: Columns): Game[] {
  const rows = files.flatMap((file) => {
    const [header = [], ...lines] = parseCsv(textOf(file));
    const at = (name: string) => {
      const index = header.indexOf(name);
      if (index < 0) throw wrong(`${file} has no column ${name}; it has ${header.join(', ')}`);
      return index;
    };
    return lines.map((line, index) =>
      readRow((name) => line[at(name)] ?? '', columns, `${file}:${index + 2}`),
    );
  });
  rows.sort((one, other) => one.day - other.day);
  const seasons = new Map<string, number>();
  return rows.map(({ season, ...game }) => {
    if (!seasons.has(season)) seasons.set(season, seasons.size);
    return { ...game, season: seasons.get(season) ?? 0 };
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RequestError('invalid-request', `could not read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The day that a text means, ms since 1970. `what` names it where it is none. */
export function dayOf(text: string, what: string): number {
  const written = text.trim();
  const compact = /^(\d{4})(\d\d)(\d\d)$/.exec(written);
  const ms = compact
    ? Date.parse(`${compact[1]}-${compact[2]}-${compact[3]}`)
    : /^\d{9,10}$/.test(written)
      ? Number(written) * 1_000
      : /^\d{12,13}$/.test(written)
        ? Number(written)
        : /^\d{4}-\d\d/.test(written)
          ? Date.parse(written)
          : Number.NaN;
  if (Number.isNaN(ms))
    throw wrong(`${what}: "${text}" is no date: ISO (2026-11-30), 20261130, or seconds or ms since 1970`);
  return ms;
}

function readRow(cell: (name: string) => string, columns: Columns, where: string) {
  const day = dayOf(cell(columns.date), `${where}: ${columns.date}`);
  const season = columns.season ? cell(columns.season) : '';
  const [one, other] = columns.sides.map(cell) as [string, string];
  if (!columns.scores) {
    // Listed by who won: taken as they stand, the order would give the winner away.
    const winnerFirst = one < other;
    return {
      day,
      season,
      home: false,
      sides: (winnerFirst ? [one, other] : [other, one]) as [string, string],
      scores: (winnerFirst ? [1, 0] : [0, 1]) as [number, number],
    };
  }
  const scores = columns.scores.map((name) => Number(cell(name).trim() || Number.NaN)) as [number, number];
  if (scores.some(Number.isNaN)) throw wrong(`${where}: a score is no number`);
  const neutral = columns.neutral !== undefined && !/^(|0|false|no|n|f)$/i.test(cell(columns.neutral).trim());
  return { day, season, home: !neutral, sides: [one, other] as [string, string], scores };
}

/**
 * Records of a CSV text (RFC 4180: quoted fields may hold commas, quotes and line ends). Blank lines are left
 * out.
 */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}
