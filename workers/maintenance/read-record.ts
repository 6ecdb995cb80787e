import type { Db } from 'mongodb';
import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { readRecord, recordCollections } from '../../jobs/maintenance/jobs.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export const readRecordDuty: OpenDuty<{ readonly database: { readonly db: Db } }> = ({ database }) =>
  duty(readRecord, readRecords(database.db));

/** Reads what a producer asks for; producers have no way to DocumentDB of their own. */
const readRecords =
  (db: Db): Handler<z.output<typeof readRecord.item>> =>
  async ([item]) => {
    if (!item) return done([]);
    const { collection, id } = item;
    const listing = id === undefined;
    const filter = listing ? {} : { [recordCollections[collection]]: id };
    // A list says what there is; bodies of up to 64 KiB each would make the job's result the largest thing in
    // Redis.
    const projection = listing ? { body: 0, 'installed.ruleSet.body': 0 } : {};
    return done(
      await db
        .collection(collection)
        .find(filter, { projection })
        .sort({ version: -1, _id: 1 })
        .limit(100)
        .toArray(),
    );
  };
