/** Databases, collections and indexes. */

import { type Document, deserialize } from 'bson';
import { collectionOf } from '../call.ts';
import { alreadyThere } from '../collections.ts';
import type { Handler } from '../commands.ts';
import { CommandError, fromEngineWriteError } from '../errors.ts';
import { bsonOf } from '../postgres.ts';

const create: Handler = async (call, { postgres }) => {
  const collection = collectionOf(call);
  const [exists] = await postgres.ask('exists', [call.database, collection]);
  if (exists === true) throw alreadyThere(call.database, collection);
  return bsonOf((await postgres.write('create', [call.database, call.body]))[0]);
};

/** The engine reports a failed build inside `raw`, in its own numbers, under a command that succeeded. */
const createIndexes: Handler = async ({ database, body }, { postgres }) => {
  const result = bsonOf((await postgres.write('createIndexes', [database, body]))[0]);
  if (result === null) return null;
  const answer: Document = deserialize(result);
  const shard: Document = answer['raw']?.defaultShard ?? answer;
  if (shard['ok'] === 1) return { ...shard, raw: undefined };
  const { code, errmsg } = fromEngineWriteError({ index: 0, code: shard['code'], errmsg: shard['errmsg'] });
  throw new CommandError(code, errmsg);
};

const dropIndexes: Handler = async ({ database, body }, { postgres }) => {
  const result = bsonOf((await postgres.ask('dropIndexes', [database, body]))[0]);
  return result && { ...deserialize(result), ok: 1 };
};

const collMod: Handler = async (call, { postgres }) =>
  bsonOf((await postgres.ask('collMod', [call.database, collectionOf(call), call.body]))[0]);

const drop: Handler = async (call, { postgres }) => {
  const collection = collectionOf(call);
  const [dropped] = await postgres.write('drop', [call.database, collection]);
  if (dropped !== true) throw new CommandError('NamespaceNotFound', 'ns not found');
  return { ns: `${call.database}.${collection}`, ok: 1 };
};

const dropDatabase: Handler = async ({ database }, { postgres }) => {
  await postgres.write('dropDatabase', [database]);
  return { dropped: database, ok: 1 };
};

const listDatabases: Handler = async ({ body }, { postgres }) =>
  bsonOf((await postgres.ask('listDatabases', [body]))[0]);

export const schema = {
  create,
  createIndexes,
  dropIndexes,
  collMod,
  drop,
  dropDatabase,
  listDatabases,
} as const satisfies Record<string, Handler>;
