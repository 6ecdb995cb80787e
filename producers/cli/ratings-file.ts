import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { problemsOf } from '../../jobs/contract.ts';
import { problemList } from '../../jobs/problem-list.ts';
import { type GivenRating, givenRating } from '../../jobs/rating-update/jobs.ts';
import { RequestError } from '../request-error.ts';

/** Columns of a file of ratings, and the property that each gives. */
const columns: ReadonlyMap<string, keyof GivenRating> = new Map([
  ['player', 'playerId'],
  ['rating', 'rating'],
  ['mu', 'mu'],
  ['sigma', 'sigma'],
  ['games', 'games'],
]);
const header = 'the first line names the columns: player, then rating, or mu and sigma; games may follow';

/** Problems that are named; the file is read no further. */
const mostProblems = 20;

interface CheckedFile {
  readonly ratings: number;
  /** Tells the file from every other by its contents. */
  readonly digest: string;
}

/**
 * Reads a whole file of ratings before any of it is used. Throws `invalid-request` with file, line and field
 * of what is wrong.
 */
export async function checkRatings(path: string, file: string): Promise<CheckedFile> {
  const hash = createHash('sha256');
  const lineOf = new Map<string, number>();
  const problems: string[] = [];
  for await (const row of readRows(path, file)) {
    hash.update(`${row.text}\n`);
    const found = row.problems.map((it) => `${file}:${row.line}: ${it}`);
    const playerId = row.rating?.playerId ?? '';
    const before = lineOf.get(playerId);
    if (before !== undefined) found.push(`${file}:${row.line}: player: ${playerId} is on line ${before} too`);
    if (row.rating) lineOf.set(playerId, row.line);
    problems.push(...found);
    if (problems.length >= mostProblems) break;
  }
  if (problems.length > 0) throw new RequestError('invalid-request', problemList(problems).join('\n'));
  if (lineOf.size === 0) throw new RequestError('invalid-request', `${file}: has no ratings; ${header}`);
  return { ratings: lineOf.size, digest: hash.digest('hex').slice(0, 32) };
}

/** The ratings of a file, one after the other. */
export async function* readRatings(path: string, file: string): AsyncGenerator<GivenRating> {
  for await (const { rating, line } of readRows(path, file)) {
    if (!rating) throw new RequestError('invalid-request', `${file}:${line}: has changed while it was read`);
    yield rating;
  }
}

interface Row {
  readonly line: number;
  readonly text: string;
  /** Absent where there are problems. */
  readonly rating?: GivenRating;
  readonly problems: readonly string[];
}

async function* readRows(path: string, file: string): AsyncGenerator<Row> {
  const stream = createReadStream(path, 'utf8');
  try {
    let properties: (keyof GivenRating)[] | undefined;
    let line = 0;
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      const cells = cellsOf(line === 1 ? text.replace(/^\uFEFF/, '') : text);
      if (!properties) properties = propertiesOf(cells ?? [], file);
      else yield { line, text, ...rowOf(cells, properties) };
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError('invalid-request', `could not read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

function propertiesOf(names: readonly string[], file: string): (keyof GivenRating)[] {
  return names.map((it) => {
    const property = columns.get(it.trim());
    if (property) return property;
    throw new RequestError('invalid-request', `${file}:1: ${it}: is no column of ratings; ${header}`);
  });
}

function rowOf(
  cells: readonly string[] | undefined,
  properties: readonly (keyof GivenRating)[],
): Pick<Row, 'rating' | 'problems'> {
  if (!cells) return { problems: ['a quoted value does not end on its line'] };
  if (cells.length > properties.length)
    return { problems: [`has ${cells.length} values for ${properties.length} columns`] };
  const given = properties.flatMap((property, at) => {
    const cell = cells[at]?.trim() ?? '';
    if (cell === '') return [];
    return [[property, property === 'playerId' ? cell : Number(cell)] as const];
  });
  const parsed = givenRating.safeParse(Object.fromEntries(given));
  return parsed.success
    ? { rating: parsed.data, problems: [] }
    : { problems: problemsOf(parsed.error).map((it) => it.replace(/^playerId/, 'player')) };
}

/** Values of a line of CSV (RFC 4180); `undefined` where a quote is left open. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (let more = true; more; ) {
    const [, quoted, plain = '', end] = cell.exec(line) ?? [];
    if (end === undefined) return undefined;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    more = end === ',';
  }
  return cells;
}
