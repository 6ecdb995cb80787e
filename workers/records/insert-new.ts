import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';

const duplicateKey = 11_000;

/**
 * Inserts the documents that are not there yet and returns the indexes of those that were: the one write all
 * idempotent stores share. One round trip.
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
    const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    const other = failures.find((failure) => failure.code !== duplicateKey);
    if (other)
      throw new Error(`could not insert into ${collection.collectionName}: ${other.errmsg}`, {
        cause: error,
      });
    return new Set(failures.map((failure) => failure.index));
  }
}
