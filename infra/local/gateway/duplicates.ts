/**
 * Which unique index a duplicate key violated, said as MongoDB says it: in the message and as `keyPattern`.
 */

import { type Document, deserialize } from 'bson';
import { type Call, collectionOf } from './call.ts';
import { bsonOf, type Postgres } from './postgres.ts';

interface Failure {
  readonly code: number;
  readonly errmsg: string;
  readonly keyPattern?: Document;
}

const duplicateKey = 11000;

/** The engine names the index of a write, PostgreSQL the constraint behind it. */
const named = /Index '(?<index>.+)'$|constraint "(?<constraint>.+?)"/;

/** The same failures; duplicates among them name their index. Each index is looked up once. */
export async function nameIndexes<T extends Failure>(
  failures: readonly T[],
  call: Call,
  postgres: Pick<Postgres, 'ask'>,
): Promise<T[]> {
  const lookups = new Map<string, Promise<Omit<Failure, 'code'> | undefined>>();
  const naming = failures.map(async (failure) => {
    const { index, constraint } = named.exec(failure.errmsg)?.groups ?? {};
    const name = index ?? constraint;
    if (failure.code !== duplicateKey || name === undefined) return failure;
    const lookup = lookups.get(name) ?? describe(name, call, postgres);
    lookups.set(name, lookup);
    return { ...failure, ...(await lookup) };
  });
  return Promise.all(naming);
}

async function describe(name: string, call: Call, postgres: Pick<Postgres, 'ask'>) {
  const collection = collectionOf(call);
  const [index, key] =
    name === '_id_' || name.startsWith('collection_pk_')
      ? ['_id_', null]
      : await postgres.ask('indexKey', [call.database, collection, name]);
  if (index === undefined) return undefined;
  const pattern = bsonOf(key);
  return {
    errmsg: `E11000 duplicate key error collection: ${call.database}.${collection} index: ${index}`,
    keyPattern: pattern === null ? { _id: 1 } : deserialize(pattern),
  };
}
