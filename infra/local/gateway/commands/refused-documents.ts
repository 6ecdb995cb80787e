/** Inserts into a store that refuses some documents, as a test has told it to. */

import { type Document, deserialize, serialize } from 'bson';
import { type Call, collectionOf } from '../call.ts';
import type { Gateway, Handler } from '../commands.ts';
import { documentsIn } from '../wire.ts';

/** Which documents are refused: those of one collection that contain a text. Without a text none is. */
export interface RefusedDocuments {
  collection?: string;
  text?: string;
}

/** `DocumentValidationFailure`, as MongoDB numbers it. */
const code = 121;

/** Inserts all but the documents that are refused, of which each becomes a write error; in order, none after the first. */
export const refusing =
  (insert: Handler): Handler =>
  async (call, gateway) => {
    const { collection, text } = gateway.refused;
    if (text === undefined || collectionOf(call) !== collection) return insert(call, gateway);
    const documents = documentsOf(call);
    const isRefused = documents.map((document) => document.includes(text));
    const first = isRefused.indexOf(true);
    if (first < 0) return insert(call, gateway);
    const ordered = call.fields['ordered'] !== false;
    const kept = documents
      .keys()
      .filter((at) => !isRefused[at] && !(ordered && at > first))
      .toArray();
    const answer = await insertSome(
      call,
      kept.map((at) => documents[at] ?? Buffer.alloc(0)),
      insert,
      gateway,
    );
    const errors = [answer['writeErrors'] ?? []].flat() as { index: number }[];
    const refusals = isRefused.flatMap((refused, index) =>
      refused && !(ordered && index > first) ? [{ index, code, errmsg: 'Document failed validation' }] : [],
    );
    return {
      ...answer,
      writeErrors: [...errors.map((it) => ({ ...it, index: kept[it.index] ?? 0 })), ...refusals],
    };
  };

const documentsOf = ({ sequence, fields }: Call): Buffer[] =>
  sequence === null
    ? ([fields['documents'] ?? []].flat() as Uint8Array[]).map((it) => Buffer.from(it))
    : [...documentsIn(sequence)].map((it) => Buffer.from(it));

async function insertSome(
  call: Call,
  documents: readonly Buffer[],
  insert: Handler,
  gateway: Gateway,
): Promise<Document> {
  if (documents.length === 0) return { n: 0, ok: 1 };
  const { documents: _, ...body } = deserialize(call.body, { fieldsAsRaw: { documents: true } });
  const some: Call = { ...call, body: Buffer.from(serialize(body)), sequence: Buffer.concat(documents) };
  const answer = await insert(some, gateway);
  return Buffer.isBuffer(answer) ? deserialize(answer) : (answer ?? {});
}
