import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';

const duplicateKey = 11_000;

/**
 * Inserts the documents that are not there yet and returns the indexes of those that were: the one write all
 * idempotent stores share. One round trip. Anything but a duplicate throws: the driver reports a lost connection or a
 * failed-over server as a bulk error without a single write error, which must not pass for success.
 */
export async function insertNew<D extends Document>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<Set<number>> {
  if (documents.length === 0) return new Set();
  try {
    await collection.insertMany(documents as OptionalUnlessRequiredId<D>[], { ordered: false });
    return new Set();
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    const unconfirmed = failures.length === 0 || error.result?.getWriteConcernError() !== undefined;
    const other = failures.find((failure) => failure.code !== duplicateKey);
    if (unconfirmed || other)
      throw new Error(
        `could not insert into ${collection.collectionName}: ${other?.errmsg ?? error.message}`,
        { cause: error },
      );
    return new Set(failures.map((failure) => failure.index));
  }
}
