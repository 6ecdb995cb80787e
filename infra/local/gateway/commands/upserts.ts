/**
 * Upserts by `_id` that report truthfully who created the document.
 *
 * For `{_id: x}` the engine inserts ON CONFLICT DO UPDATE and calls the loser of a race `upserted` too: two
 * of six racing writers were told that they had created the same document. Asked for `{_id: {$in: [x]}}` it
 * inserts plainly, the loser fails on `_id_`, and running that statement again finds the document: what
 * MongoDB does inside its server.
 */

import { BSONRegExp, type Document, deserialize, serialize } from 'bson';
import { type Call, statementBytes } from '../call.ts';
import { readWriteError, type WriteError } from '../errors.ts';
import { bsonOf, type Postgres } from '../postgres.ts';

/** Races lost in a row by one statement; each but the first needs the document to be deleted meanwhile. */
const mostRuns = 5;

const lostRace = /Index '_id_'$|"collection_pk_/;

/** Keeps every BSON type as it is on the way through. */
const verbatim = { promoteValues: false, bsonRegExp: true, validation: { utf8: false as const } };

/** Whether a filter asks for one `_id` by equality and for nothing else. */
export function isById(filter: unknown): boolean {
  const [[key, value] = [], another] = Object.entries(Object(filter));
  if (key !== '_id' || another !== undefined || value instanceof BSONRegExp) return false;
  return !Object.keys(Object(value)).some((operator) => operator.startsWith('$'));
}

interface Indexed {
  readonly index: number;
}

const reworded = (filter: Document): Document => ({ _id: { $in: [filter['_id']] } });

/** An update command some of whose statements are such upserts, run until none of them lost a race. */
export async function upsert(call: Call, postgres: Postgres): Promise<Document> {
  const { update, updates, $db, lsid, ...options } = call.fields;
  const command = Buffer.from(serialize({ update, ...options }));
  const ordered = call.fields['ordered'] !== false;
  const merged = { n: 0, nModified: 0, upserted: [] as Indexed[], writeErrors: [] as WriteError[] };
  let pending = statementBytes(call).map((bytes, index) => ({ index, bytes: plainly(bytes) }));
  for (let run = 1; pending.length > 0; run += 1) {
    const values = [call.database, command, Buffer.concat(pending.map(({ bytes }) => bytes))];
    const [row] = await (pending.length > 1
      ? postgres.ask('updateBatch', values)
      : postgres.write('update', values));
    const { n, nModified, upserted, writeErrors } = readAnswer(bsonOf(row));
    const ran = pending;
    const original = <T extends Indexed>(it: T): T => ({ ...it, index: ran[it.index]?.index ?? 0 });
    const lost = writeErrors.filter(({ errmsg }) => run < mostRuns && lostRace.test(errmsg));
    merged.n += n;
    merged.nModified += nModified;
    merged.upserted.push(...upserted.map(original));
    merged.writeErrors.push(...writeErrors.filter((error) => !lost.includes(error)).map(original));
    const again = new Set(lost.map(({ index }) => index));
    const firstLost = Math.min(...again);
    pending = ran.filter((_, index) => (ordered ? index >= firstLost : again.has(index)));
  }
  const { n, nModified, upserted, writeErrors } = merged;
  return {
    n,
    nModified,
    ...(upserted.length > 0 && { upserted }),
    ...(writeErrors.length > 0 && { writeErrors }),
    ok: 1,
  };
}

/** A findAndModify that is such an upsert. */
export async function upsertOne({ database, body }: Call, postgres: Postgres): Promise<Buffer | null> {
  const command = deserialize(body, verbatim);
  const values = [database, Buffer.from(serialize({ ...command, query: reworded(command['query']) }))];
  for (let run = 1; ; run += 1) {
    try {
      return bsonOf((await postgres.write('findAndModify', values))[0]);
    } catch (error) {
      if (run === mostRuns || !(error instanceof Error && lostRace.test(error.message))) throw error;
    }
  }
}

function plainly(statement: Buffer): Buffer {
  const read = deserialize(statement, verbatim);
  const upserts = read['upsert']?.valueOf() === true && isById(read['q']);
  return upserts ? Buffer.from(serialize({ ...read, q: reworded(read['q']) })) : statement;
}

/** The engine's counts as numbers; an `_id` stays of the type it is. */
function readAnswer(bson: Buffer | null) {
  const { n, nModified, upserted = [], writeErrors = [] } = bson ? deserialize(bson, verbatim) : {};
  return {
    n: Number(n),
    nModified: Number(nModified),
    upserted: upserted.map((it: Document) => ({ ...it, index: Number(it['index']) })) as Indexed[],
    writeErrors: writeErrors.map(readWriteError) as WriteError[],
  };
}
