import {
  type AnyBulkWriteOperation,
  BSON,
  type Collection,
  type Document,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoServerError,
  type OptionalUnlessRequiredId,
} from 'mongodb';
import { notPrimary } from './database.ts';

export const duplicateKey = 11_000;
/**
 * Codes of write errors that say nothing about the document: something inside, a lock, a time limit, a
 * conflict, a failover.
 */
const passing = new Set([1, 8, 24, 50, 112, 262, ...notPrimary]);
/** Codes by which a whole command fails because of what a document contains, MongoDB's numbers. */
const aboutContents = new Set([2, 9, 14, 22, 52, 55, 56, 57, 121, 303, 10_334]);

/** What became of writes, by their index; those not named were done. */
export interface Written {
  /** What they insert was there before. */
  readonly present: ReadonlySet<number>;
  /** The store refuses them for good, with its reason. */
  readonly refused: ReadonlyMap<number, string>;
  /** How many documents updates have found. */
  readonly matched: number;
}

/**
 * Inserts the documents that are not there yet; one that the store refuses leaves the others be. One round
 * trip, unless the store refuses a whole call: then each half is tried alone. Everything else throws: the
 * driver reports a lost connection or a failed-over server as a bulk error without a single write error,
 * which must not pass for success.
 */
export const insertEach = <D extends Document>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<Written> =>
  writeEach(documents, `could not insert into ${collection.collectionName}`, async (some) => {
    await collection.insertMany(some as OptionalUnlessRequiredId<D>[], { ordered: false });
    return 0;
  });

/** Updates and replaces documents in the same way. */
export const updateEach = <D extends Document>(
  collection: Collection<D>,
  updates: readonly AnyBulkWriteOperation<D>[],
): Promise<Written> =>
  writeEach(updates, `could not update ${collection.collectionName}`, async (some) => {
    const { matchedCount } = await collection.bulkWrite([...some], { ordered: false });
    return matchedCount;
  });

/** `write` does them in one call, in any order, and returns how many documents it has found. */
async function writeEach<Write>(
  writes: readonly Write[],
  problem: string,
  write: (some: readonly Write[]) => Promise<number>,
): Promise<Written> {
  if (writes.length === 0) return { present: new Set(), refused: new Map(), matched: 0 };
  try {
    return { present: new Set(), refused: new Map(), matched: await write(writes) };
  } catch (error) {
    const written = readWriteErrors(error);
    if (written) return written;
    if (!isAboutContents(error)) throw new Error(`${problem}: ${textOf(error)}`, { cause: error });
    if (writes.length === 1)
      return { present: new Set(), refused: new Map([[0, textOf(error)]]), matched: 0 };
    const middle = Math.ceil(writes.length / 2);
    const first = await writeEach(writes.slice(0, middle), problem, write);
    const second = await writeEach(writes.slice(middle), problem, write);
    return together([first, (at) => at], [second, (at) => at + middle]);
  }
}

/** What became of all writes, from that of some and, for each, where among all it stands. */
export const together = (...parts: readonly (readonly [Written, (at: number) => number])[]): Written => ({
  present: new Set(parts.flatMap(([{ present }, place]) => [...present].map(place))),
  refused: new Map(
    parts.flatMap(([{ refused }, place]) => [...refused].map(([at, reason]) => [place(at), reason] as const)),
  ),
  matched: parts.reduce((sum, [{ matched }]) => sum + matched, 0),
});

/** What the server says of each document; `undefined` when it does not, or when something else failed too. */
function readWriteErrors(error: unknown): Written | undefined {
  if (!(error instanceof MongoBulkWriteError)) return undefined;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || error.result?.getWriteConcernError() !== undefined) return undefined;
  const others = failures.filter((failure) => failure.code !== duplicateKey);
  if (others.some((failure) => passing.has(failure.code))) return undefined;
  return {
    present: new Set(failures.filter((it) => it.code === duplicateKey).map((it) => it.index)),
    refused: new Map(others.map((it) => [it.index, it.errmsg ?? `code ${it.code}`] as const)),
    matched: error.matchedCount,
  };
}

/** The server, or the driver before it, said no to a call because of what one of its documents contains. */
const isAboutContents = (error: unknown): boolean =>
  error instanceof MongoInvalidArgumentError ||
  BSON.BSONError.isBSONError(error) ||
  (error instanceof MongoServerError && aboutContents.has(Number(error.code)));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Why the store refuses a document for good; `undefined` where what failed says nothing about it. */
export function reasonRefused(error: unknown): string | undefined {
  if (isAboutContents(error)) return textOf(error);
  const written = readWriteErrors(error);
  return written && [...written.refused.values()][0];
}
