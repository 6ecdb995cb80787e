import { done } from '../../jobs/contract.ts';
import type { PutLadder } from '../../jobs/rating-update/put-ladder.ts';
import type { Handler } from '../handler.ts';
import { type Database, inTransaction } from '../records/database.ts';
import type { Ladders } from '../records/ladders.ts';

/** Gives a ladder its settings, one it is not yet known by included. */
export const storeLadder =
  ({ database, ladders }: { readonly database: Database; readonly ladders: Ladders }): Handler<PutLadder> =>
  async ([item]) => {
    if (!item) return done();
    await ladders.ensure([item.name]);
    await inTransaction(database, (session) => ladders.configure(item.name, item.settings, session));
    return done(item.settings);
  };
