/** One command as its handler sees it: read once from the wire, checked for what every command must have. */

import { deserialize, UUID } from 'bson';
import { CommandError } from './errors.ts';
import type { Transaction } from './transactions.ts';
import { documentsIn, type Request } from './wire.ts';

/** A command's fields: the ones read by name here, each possibly anything. */
interface Fields {
  readonly [other: string]: unknown;
  readonly $db?: unknown;
  readonly lsid?: unknown;
  readonly txnNumber?: unknown;
  readonly autocommit?: unknown;
  readonly startTransaction?: unknown;
  /** Of one statement of an update or delete. */
  readonly q?: unknown;
  readonly upsert?: unknown;
}

export interface Call {
  readonly name: string;
  readonly database: string;
  /** What the command acts on: the value of its first field. */
  readonly target: unknown;
  readonly fields: Fields;
  /**
   * The whole command as it came. The engine ignores the fields that are not its business, so nothing is cut
   * out.
   */
  readonly body: Buffer;
  /**
   * The documents, updates or deletes that came beside the body, as BSON back to back; null when they stand
   * in it.
   */
  readonly sequence: Buffer | null;
  /**
   * The statements of an update or delete, wherever they came; none for an insert, whose documents nobody
   * judges.
   */
  readonly statements: readonly Fields[];
  /** The driver connection it came on. */
  readonly peer: number;
  /** Hexadecimal, from `lsid`. */
  readonly session: string | undefined;
  readonly transaction: Transaction | undefined;
}

/** Where a write keeps its statements; only these may be sent beside the body. */
const statementsField: ReadonlyMap<string, string> = new Map([
  ['insert', 'documents'],
  ['update', 'updates'],
  ['delete', 'deletes'],
]);

/**
 * 64-bit integers stay exact; the documents of an insert stay bytes. Reading every command this way took 2 %
 * of the gateway's time under the fleet's mix of finds and writes, so there is no reader of our own for the
 * few fields needed.
 */
const reading = {
  useBigInt64: true,
  bsonRegExp: true,
  fieldsAsRaw: { documents: true },
  validation: { utf8: false as const },
};

/** Reads a request. Throws a {@link CommandError} for what is BSON but not a command. */
export function readCall({ body, sequences, ...request }: Request, peer: number): Call {
  const fields = decode(body);
  const [name] = Object.keys(fields);
  if (name === undefined) throw new CommandError('FailedToParse', 'A command needs at least one field.');
  const database = request.database ?? fields.$db;
  if (typeof database !== 'string' || database === '')
    throw new CommandError('InvalidNamespace', `The command '${name}' does not say its database.`);
  const sequence = sequences.get(statementsField.get(name) ?? '') ?? null;
  return {
    name,
    database,
    target: fields[name],
    fields,
    body,
    sequence,
    statements: statementsOf(name, fields, sequence),
    peer,
    session: sessionOf(fields.lsid),
    transaction: undefined,
  };
}

function decode(document: Buffer): Fields {
  try {
    return deserialize(document, reading);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError('FailedToParse', `The command is not BSON: ${reason}`);
  }
}

/** Hexadecimal, or undefined for what is no session id. */
export function sessionOf(lsid: unknown): string | undefined {
  const id: unknown = Object(lsid).id;
  return id instanceof UUID ? id.toHexString() : undefined;
}

function statementsOf(name: string, fields: Fields, sequence: Buffer | null): Fields[] {
  const field = statementsField.get(name);
  if (field === undefined || name === 'insert') return [];
  if (sequence !== null) return [...documentsIn(sequence)].map(decode);
  const inBody = fields[field];
  return Array.isArray(inBody) ? inBody.filter((statement) => typeof statement === 'object') : [];
}

/** The statements of an update, each as BSON. */
export function statementBytes({ body, sequence }: Call): Buffer[] {
  if (sequence !== null) return [...documentsIn(sequence)];
  const { updates } = deserialize(body, { fieldsAsRaw: { updates: true } });
  return updates.map((update: Uint8Array) => Buffer.from(update));
}

/** Whether a write consists of more than one statement. */
export function holdsSeveral({ name, fields, sequence }: Call): boolean {
  if (sequence !== null) return sequence.length >= 4 && sequence.length > sequence.readInt32LE(0);
  const inBody = fields[statementsField.get(name) ?? ''];
  return Array.isArray(inBody) && inBody.length > 1;
}

/** The collection a command names. */
export function collectionOf({ name, target }: Call): string {
  if (typeof target === 'string' && target !== '') return target;
  throw new CommandError('InvalidNamespace', `'${name}' needs the name of a collection.`);
}
