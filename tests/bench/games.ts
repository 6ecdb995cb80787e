import { readFileSync } from 'node:fs';

/** A game between two sides. Without a score only who won is known, and the sides' order says nothing. */
export interface Game {
  /** The day it was played, ms since 1970. */
  readonly day: number;
  readonly sides: readonly [string, string];
  /** Higher is better. */
  readonly scores: readonly [number, number];
  /** Whether the first side plays at home. */
  readonly home: boolean;
  /** Counts seasons in order of date, from 0. */
  readonly season: number;
}

/** Names of columns. */
export interface Columns {
  readonly date: string;
  readonly sides: readonly [string, string];
  /** Absent where the sides are winner and loser. */
  readonly scores?: readonly [string, string] | undefined;
  readonly neutral?: string | undefined;
  readonly season?: string | undefined;
}

/** Reads CSV files as one stream of games in order of date; games of one day keep the order of the files. */
export function readGames(files: readonly string[], columns: Columns): Game[] {
  const rows = files.flatMap((file) => {
    const [header = [], ...lines] = parseCsv(readFileSync(file, 'utf8'));
    const at = (name: string) => {
      const index = header.indexOf(name);
      if (index < 0) throw new Error(`${file} has no column ${name}; it has ${header.join(', ')}`);
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
    throw new Error(`${what}: "${text}" is no date: ISO (2026-11-30), 20261130, or seconds or ms since 1970`);
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
  if (scores.some(Number.isNaN)) throw new Error(`${where}: a score is no number`);
  const neutral = columns.neutral !== undefined && !/^(|0|false|no|n|f)$/i.test(cell(columns.neutral).trim());
  return { day, season, home: !neutral, sides: [one, other] as [string, string], scores };
}

/** Records of a CSV text (RFC 4180: quoted fields may hold commas, quotes and line ends). Blank lines are left out. */
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
