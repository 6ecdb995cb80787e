/** Inserts, updates, deletes and findAndModify. */

import { type Document, deserialize } from 'bson';
import { type Call, holdsSeveral } from '../call.ts';
import type { Gateway, Handler } from '../commands.ts';
import { nameIndexes } from '../duplicates.ts';
import { fromEngineWriteError, readWriteError } from '../errors.ts';
import { bsonOf, type Statement } from '../postgres.ts';
import { refusing } from './refused-documents.ts';
import { isById, upsert, upsertOne } from './upserts.ts';

/**
 * One statement is one PostgreSQL transaction, undone and run again when concurrent writers collide. A batch
 * outside a transaction goes through the engine's procedures, which commit as they go: MongoDB's batches are
 * not atomic either. Ten bulks of 200 updates to the same documents in opposite orders took 0.2 s this way;
 * as one PostgreSQL transaction each, 14 s of deadlocks.
 */
const write =
  (statement: 'insert' | 'update' | 'delete', batch?: Statement): Handler =>
  async (call, gateway) => {
    const { database, body, sequence, transaction, statements } = call;
    if (transaction === undefined && statements.some(({ upsert, q }) => upsert === true && isById(q)))
      return withWriteErrors(await upsert(call, gateway.postgres), call, gateway);
    const [result] = await run(call, gateway, statement, [database, body, sequence], batch);
    const answer = bsonOf(result);
    if (answer === null || !answer.includes('writeErrors')) return answer;
    return withWriteErrors(deserialize(answer, { promoteValues: false }), call, gateway);
  };

const findAndModify: Handler = async (call, gateway) => {
  const { database, body, transaction, fields } = call;
  if (transaction === undefined && fields['upsert'] === true && isById(fields['query']))
    return upsertOne(call, gateway.postgres);
  return bsonOf((await run(call, gateway, 'findAndModify', [database, body]))[0]);
};

function run(
  call: Call,
  { postgres }: Gateway,
  statement: Statement,
  values: (string | Buffer | null)[],
  batch?: Statement,
) {
  if (call.transaction !== undefined) return call.transaction.lease.ask(statement, values);
  if (batch !== undefined && holdsSeveral(call)) return postgres.ask(batch, values);
  return postgres.write(statement, values);
}

/** The engine's answer with its errors as MongoDB's. Inside a transaction they end it, as in MongoDB. */
async function withWriteErrors(answer: Document, call: Call, { postgres, transactions }: Gateway) {
  const found: unknown = answer['writeErrors'];
  if (!Array.isArray(found)) return answer;
  if (call.transaction !== undefined) await transactions.end(call.transaction, 'ROLLBACK');
  const writeErrors = found.map((error) => fromEngineWriteError(readWriteError(error)));
  return { ...answer, writeErrors: await nameIndexes(writeErrors, call, postgres) };
}

export const writes = {
  insert: refusing(write('insert'), 'documents'),
  update: refusing(write('update', 'updateBatch'), 'updates'),
  delete: write('delete'),
  findAndModify,
  findandmodify: findAndModify,
} as const satisfies Record<string, Handler>;
