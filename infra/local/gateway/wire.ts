/**
 * MongoDB's wire framing: bytes in, requests out, replies back to bytes. Pure.
 *
 * Two opcodes are spoken: OP_MSG (everything) and OP_QUERY (old-style handshakes, answered with OP_REPLY).
 * OP_COMPRESSED is never offered, so it is refused. Layouts:
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */

/** Bytes. What `hello` announces and what a driver keeps to; a longer claim ends the connection. */
export const maxMessageBytes = 48_000_000;

const headerBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMessage = 2013;

const checksumPresent = 1 << 0;
const moreToCome = 1 << 1;
/** The low 16 flag bits must be understood by whoever reads them; the high ones may be ignored. */
const unknownRequiredFlags = 0xffff & ~(checksumPresent | moreToCome);

const smallestDocument = 5;

/** Bytes that are not MongoDB's protocol. The connection cannot be trusted any further and is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export interface Request {
  readonly id: number;
  readonly opcode: typeof opQuery | typeof opMessage;
  /** The command, as BSON. */
  readonly body: Buffer;
  /** The database an OP_QUERY addresses by its collection name; an OP_MSG says it in `$db`. */
  readonly database: string | undefined;
  /** Documents sent beside the body (`documents`, `updates`, `deletes`): BSON documents back to back. */
  readonly sequences: ReadonlyMap<string, Buffer>;
  /** False for unacknowledged writes: the driver reads no answer and must get none. */
  readonly wantsReply: boolean;
}

/**
 * Cuts a stream of chunks into whole messages; each byte is copied at most once however small the chunks are.
 */
export class Framer {
  #chunks: Buffer[] = [];
  #bytes = 0;

  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let length = this.#nextLength(); length <= this.#bytes; length = this.#nextLength()) {
      const all = this.#joined();
      this.#chunks = [all.subarray(length)];
      this.#bytes -= length;
      yield all.subarray(0, length);
    }
  }

  #nextLength(): number {
    if (this.#bytes < 4) return Number.POSITIVE_INFINITY;
    const [first] = this.#chunks;
    const length = (first !== undefined && first.length >= 4 ? first : this.#joined()).readInt32LE(0);
    if (length < headerBytes || length > maxMessageBytes)
      throw new ProtocolError(`a message of ${length} bytes is not possible`);
    return length;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [all];
    return all;
  }
}

/** Reads one whole message as {@link Framer} yields it. */
export function parseRequest(message: Buffer): Request {
  const opcode = message.readInt32LE(12);
  if (opcode === opMessage) return parseMessage(message);
  if (opcode === opQuery) return parseQuery(message);
  throw new ProtocolError(`opcode ${opcode} is not spoken here`);
}

function parseMessage(message: Buffer): Request {
  if (message.length < headerBytes + 4) throw new ProtocolError('a message ends before its flags');
  const flags = message.readUInt32LE(headerBytes);
  if ((flags & unknownRequiredFlags) !== 0) throw new ProtocolError(`flags ${flags} are not understood`);
  const end = message.length - (flags & checksumPresent ? 4 : 0);
  let body: Buffer | undefined;
  const sequences = new Map<string, Buffer>();
  for (let offset = headerBytes + 4; offset < end; ) {
    const kind = message[offset];
    const section = sized(message, offset + 1, end);
    if (kind === 0 && body === undefined) body = section;
    else if (kind === 1) {
      const nameEnd = stringEnd(section, 4);
      sequences.set(section.toString('utf8', 4, nameEnd), section.subarray(nameEnd + 1));
    } else throw new ProtocolError(`a section of kind ${kind} is not expected`);
    offset += 1 + section.length;
  }
  if (body === undefined) throw new ProtocolError('a message carries no command');
  const wantsReply = (flags & moreToCome) === 0;
  return { id: message.readInt32LE(4), opcode: opMessage, body, database: undefined, sequences, wantsReply };
}

function parseQuery(message: Buffer): Request {
  const nameStart = headerBytes + 4;
  const nameEnd = stringEnd(message, nameStart);
  const body = sized(message, nameEnd + 1 + 8, message.length);
  const database = message.toString('utf8', nameStart, nameEnd).split('.', 1)[0];
  const id = message.readInt32LE(4);
  return { id, opcode: opQuery, body, database, sequences: new Map(), wantsReply: true };
}

/** The part of `message` that starts at `offset` with its own length, a length included in itself. */
function sized(message: Buffer, offset: number, end: number): Buffer {
  if (offset + 4 > end) throw new ProtocolError('a message ends inside a length');
  const length = message.readInt32LE(offset);
  if (length < smallestDocument || offset + length > end)
    throw new ProtocolError(`a part of ${length} bytes does not fit its message`);
  return message.subarray(offset, offset + length);
}

function stringEnd(bytes: Buffer, offset: number): number {
  const end = bytes.indexOf(0, offset);
  if (end < 0) throw new ProtocolError('a string does not end');
  return end;
}

/** BSON documents that stand back to back, one by one. */
export function* documentsIn(sequence: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < sequence.length; ) {
    const document = sized(sequence, offset, sequence.length);
    yield document;
    offset += document.length;
  }
}

/** A request of our own, ready to be written. */
export function encodeRequest(id: number, document: Uint8Array): Buffer {
  const request = encodeReply({ id: 0, opcode: opMessage }, document);
  request.writeInt32LE(id, 4);
  return request;
}

/** The answer to `request`, ready to be written. */
export function encodeReply(request: Pick<Request, 'id' | 'opcode'>, document: Uint8Array): Buffer {
  const legacy = request.opcode === opQuery;
  const start = headerBytes + (legacy ? 20 : 5);
  const reply = Buffer.allocUnsafe(start + document.length).fill(0, 0, start);
  reply.writeInt32LE(reply.length, 0);
  reply.writeInt32LE(request.id, 8);
  reply.writeInt32LE(legacy ? opReply : opMessage, 12);
  if (legacy) reply.writeInt32LE(1, 32);
  reply.set(document, start);
  return reply;
}
