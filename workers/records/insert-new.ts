import {
  BSON,
  type Collection,
  type Document,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoServerError,
  type OptionalUnlessRequiredId,
} from 'mongodb';
import { notPrimary } from './database.ts';

const duplicateKey = 11_000;
/** Codes of write errors that say nothing about the document: something inside, a lock, a time limit, a conflict, a failover. */
const passing = new Set([1, 8, 24, 50, 112, 262, ...notPrimary]);
/** Codes by which a whole command fails because of what a document contains, MongoDB's numbers. */
const aboutContents = new Set([2, 9, 14, 22, 52, 55, 56, 57, 121, 303, 10_334]);

/** What became of documents, by their index; those not named were inserted. */
export interface Inserted {
  /** They were there before. */
  readonly present: ReadonlySet<number>;
  /** The store refuses them for good, with its reason. */
  readonly refused: ReadonlyMap<number, string>;
}

/**
 * Inserts the documents that are not there yet; one that the store refuses leaves the others be. One round trip, unless the
 * store refuses a whole call: then each half is tried alone. Everything else throws: the driver reports a lost connection or
 * a failed-over server as a bulk error without a single write error, which must not pass for success.
 */
export async function insertEach<D extends Document>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<Inserted> {
  if (documents.length === 0) return { present: new Set(), refused: new Map() };
  try {
    await collection.insertMany(documents as OptionalUnlessRequiredId<D>[], { ordered: false });
    return { present: new Set(), refused: new Map() };
  } catch (error) {
    const inserted = readWriteErrors(error);
    if (inserted) return inserted;
    if (!isAboutContents(error))
      throw new Error(`could not insert into ${collection.collectionName}: ${textOf(error)}`, {
        cause: error,
      });
    if (documents.length === 1) return { present: new Set(), refused: new Map([[0, textOf(error)]]) };
    const middle = Math.ceil(documents.length / 2);
    const first = await insertEach(collection, documents.slice(0, middle));
    const second = await insertEach(collection, documents.slice(middle));
    return {
      present: new Set([...first.present, ...[...second.present].map((index) => index + middle)]),
      refused: new Map([
        ...first.refused,
        ...[...second.refused].map(([index, reason]) => [index + middle, reason] as const),
      ]),
    };
  }
}

/** The same where no document can be refused: that throws. Returns the indexes of those that were there before. */
export async function insertNew<D extends Document>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<ReadonlySet<number>> {
  const { present, refused } = await insertEach(collection, documents);
  for (const [, reason] of refused)
    throw new Error(`could not insert into ${collection.collectionName}: ${reason}`);
  return present;
}

/** What the server says of each document; `undefined` when it does not, or when something else failed too. */
function readWriteErrors(error: unknown): Inserted | undefined {
  if (!(error instanceof MongoBulkWriteError)) return undefined;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || error.result?.getWriteConcernError() !== undefined) return undefined;
  const others = failures.filter((failure) => failure.code !== duplicateKey);
  if (others.some((failure) => passing.has(failure.code))) return undefined;
  return {
    present: new Set(failures.filter((it) => it.code === duplicateKey).map((it) => it.index)),
    refused: new Map(others.map((it) => [it.index, it.errmsg ?? `code ${it.code}`] as const)),
  };
}

/** The server, or the driver before it, said no to a call because of what one of its documents contains. */
const isAboutContents = (error: unknown): boolean =>
  error instanceof MongoInvalidArgumentError ||
  BSON.BSONError.isBSONError(error) ||
  (error instanceof MongoServerError && aboutContents.has(Number(error.code)));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
