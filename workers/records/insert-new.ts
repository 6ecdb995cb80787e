import type { Collection, Document } from 'mongodb';
import { insertEach } from './write-each.ts';

/**
 * Inserts documents none of which can be refused: that throws. Returns the indexes of those that were there
 * before.
 */
export async function insertNew<D extends Document>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<ReadonlySet<number>> {
  const { present, refused } = await insertEach(collection, documents);
  for (const [, reason] of refused)
    throw new Error(`could not insert into ${collection.collectionName}: ${reason}`);
  return present;
}
