import type { Db } from 'mongodb';
import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { type readRecord, recordCollections } from '../../jobs/maintenance/maintenance.ts';
import type { Handler } from '../handler.ts';

/** Reads what a producer asks for; producers have no way to DocumentDB of their own. */
export const readRecords =
  (db: Db): Handler<z.output<typeof readRecord.item>> =>
  async ([item]) => {
    if (!item) return done([]);
    const { collection, id } = item;
    const filter = id === undefined ? {} : { [recordCollections[collection]]: id };
    return done(
      await db.collection(collection).find(filter).sort({ version: -1, _id: 1 }).limit(100).toArray(),
    );
  };
