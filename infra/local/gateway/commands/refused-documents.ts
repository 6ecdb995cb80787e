/** Inserts and updates in a store that refuses some documents, as a test has told it to. */

import { type Document, deserialize, serialize } from 'bson';
import { type Call, collectionOf } from '../call.ts';
import type { Gateway, Handler } from '../commands.ts';
import { documentsIn } from '../wire.ts';

/** `DocumentValidationFailure`, as MongoDB numbers it. */
const code = 121;

/** The field of a call that holds what it writes. */
type Field = 'documents' | 'updates';

/** Writes all but what is refused, of which each becomes a write error; in order, none after the first. */
export const refusing =
  (write: Handler, field: Field): Handler =>
  async (call, gateway) => {
    const { collection, text } = gateway.refused;
    if (text === undefined || collectionOf(call) !== collection) return write(call, gateway);
    const documents = documentsOf(call, field);
    const isRefused = documents.map((document) => contentOf(document, field).includes(text));
    const first = isRefused.indexOf(true);
    if (first < 0) return write(call, gateway);
    const ordered = call.fields['ordered'] !== false;
    const kept = documents
      .keys()
      .filter((at) => !isRefused[at] && !(ordered && at > first))
      .toArray();
    const some = kept.map((at) => documents[at] ?? Buffer.alloc(0));
    const answer = await writeSome(call, some, write, field, gateway);
    const errors = [answer['writeErrors'] ?? []].flat() as { index: number }[];
    const refusals = isRefused.flatMap((refused, index) =>
      refused && !(ordered && index > first) ? [{ index, code, errmsg: 'Document failed validation' }] : [],
    );
    return {
      ...answer,
      writeErrors: [...errors.map((it) => ({ ...it, index: kept[it.index] ?? 0 })), ...refusals],
    };
  };

function documentsOf({ sequence, body }: Call, field: Field): Buffer[] {
  if (sequence !== null) return [...documentsIn(sequence)].map((it) => Buffer.from(it));
  const inBody = deserialize(body, { fieldsAsRaw: { [field]: true } })[field];
  return ([inBody ?? []].flat() as Uint8Array[]).map((it) => Buffer.from(it));
}

/** What a write would have the document contain: of an update not the filter. */
const contentOf = (document: Buffer, field: Field): Buffer =>
  field === 'documents' ? document : Buffer.from(serialize({ u: deserialize(document)['u'] }));

async function writeSome(
  call: Call,
  documents: readonly Buffer[],
  write: Handler,
  field: Field,
  gateway: Gateway,
): Promise<Document> {
  if (documents.length === 0) return { n: 0, ...(field === 'updates' && { nModified: 0 }), ok: 1 };
  const { [field]: _, ...body } = deserialize(call.body, { fieldsAsRaw: { [field]: true } });
  const some: Call = { ...call, body: Buffer.from(serialize(body)), sequence: Buffer.concat(documents) };
  const answer = await write(some, gateway);
  return Buffer.isBuffer(answer) ? deserialize(answer) : (answer ?? {});
}
