/** Queries: the first page of a result, the pages after it, and single answers. */

import { type Call, collectionOf } from '../call.ts';
import type { Handler } from '../commands.ts';
import { CommandError } from '../errors.ts';
import { bsonOf, type Statement } from '../postgres.ts';

/**
 * Opens a result. Its cursor is kept unless the first page holds everything, or a transaction forbids going
 * on.
 */
const open =
  (statement: Statement): Handler =>
  async ({ database, body, peer, transaction }, { postgres, cursors }) => {
    const values = [database, body];
    if (transaction !== undefined) return bsonOf((await transaction.lease.ask(statement, values))[0]);
    const lease = await postgres.lease();
    let pinned = false;
    try {
      const [page, continuation, persist, id] = await lease.ask(statement, values);
      const next = bsonOf(continuation);
      if (next !== null) {
        pinned = persist === true;
        cursors.keep(String(id), next, pinned ? lease : null, peer);
      }
      return bsonOf(page);
    } finally {
      if (!pinned) lease.release();
    }
  };

const answer =
  (statement: Statement): Handler =>
  async ({ database, body, transaction }, { postgres }) =>
    bsonOf((await (transaction?.lease ?? postgres).ask(statement, [database, body]))[0]);

const getMore: Handler = ({ target, database, body, peer }, { cursors }) =>
  cursors.more(String(target), database, body, peer);

const killCursors: Handler = async (call, { cursors }) => {
  collectionOf(call);
  const ids = idsOf(call);
  const killed = await Promise.all(ids.map((id) => cursors.kill(String(id))));
  return {
    cursorsKilled: ids.filter((_, index) => killed[index]),
    cursorsNotFound: ids.filter((_, index) => !killed[index]),
    cursorsAlive: [],
    cursorsUnknown: [],
    ok: 1,
  };
};

function idsOf({ fields }: Call): unknown[] {
  const ids: unknown = fields['cursors'];
  if (Array.isArray(ids)) return ids;
  throw new CommandError('TypeMismatch', "'killCursors' needs an array of cursors.");
}

export const reads = {
  find: open('find'),
  aggregate: open('aggregate'),
  listIndexes: open('listIndexes'),
  listCollections: open('listCollections'),
  getMore,
  killCursors,
  count: answer('count'),
  distinct: answer('distinct'),
} as const satisfies Record<string, Handler>;
