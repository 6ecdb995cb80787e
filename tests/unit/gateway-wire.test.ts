import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  documentsIn,
  encodeReply,
  Framer,
  maxMessageBytes,
  ProtocolError,
  parseRequest,
} from '../../infra/local/gateway/wire.ts';

const opMessage = 2013;
const opQuery = 2004;

/** A message of `opcode`, its header in front. */
function message(opcode: number, parts: readonly Uint8Array[], id = 7): Buffer {
  const header = Buffer.alloc(16);
  const whole = Buffer.concat([header, ...parts]);
  whole.writeInt32LE(whole.length, 0);
  whole.writeInt32LE(id, 4);
  whole.writeInt32LE(opcode, 12);
  return whole;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

function sequenceSection(name: string, documents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents]);
  return Buffer.concat([Buffer.of(1), int32(content.length + 4), content]);
}

const bodySection = (document: object): Buffer => Buffer.concat([Buffer.of(0), serialize(document)]);
const hello = (): Buffer => message(opMessage, [int32(0), bodySection({ hello: 1, $db: 'admin' })]);

describe('framing', () => {
  test('messages come out whole and in order however their bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (payloads, cuts) => {
          const sent = payloads.map((payload) => message(opMessage, [payload]));
          const stream = Buffer.concat(sent);
          const framer = new Framer();

          const received: Buffer[] = [];
          for (let offset = 0, cut = 0; offset < stream.length; cut += 1) {
            const size = cuts[cut % cuts.length] ?? 1;
            received.push(...framer.push(stream.subarray(offset, offset + size)));
            offset += size;
          }

          expect(received).toEqual(sent);
        },
      ),
    );
  });

  test.each([-1, 0, 15, maxMessageBytes + 1, 0x7fffffff])('a length of %i ends the connection', (length) => {
    expect(() => [...new Framer().push(int32(length))]).toThrow(ProtocolError);
  });

  test('the longest message allowed is waited for', () => {
    expect([...new Framer().push(int32(maxMessageBytes))]).toEqual([]);
  });
});

describe('requests', () => {
  test('an OP_MSG gives its command and its document sequence back, byte for byte', () => {
    const body = { insert: 'c', $db: 'd' };
    const documents = [serialize({ _id: 1 }), serialize({ _id: 2, deep: { a: [1, 2] } })];
    const whole = message(opMessage, [int32(0), sequenceSection('documents', documents), bodySection(body)]);

    const request = parseRequest(whole);

    expect(request).toMatchObject({ id: 7, opcode: opMessage, wantsReply: true });
    expect(request.body).toEqual(Buffer.from(serialize(body)));
    expect([...request.sequences.keys()]).toEqual(['documents']);
    expect([...documentsIn(request.sequences.get('documents') ?? Buffer.alloc(0))]).toEqual(
      documents.map((document) => Buffer.from(document)),
    );
  });

  test('a message with more to come wants no reply', () => {
    expect(parseRequest(message(opMessage, [int32(2), bodySection({ ping: 1 })])).wantsReply).toBe(false);
  });

  test('a checksum at the end is left alone', () => {
    const whole = message(opMessage, [int32(1), bodySection({ ping: 1 }), int32(0x5eed)]);

    expect(parseRequest(whole).body).toEqual(Buffer.from(serialize({ ping: 1 })));
  });

  test('an OP_QUERY handshake is read with the database of its collection', () => {
    const parts = [int32(0), Buffer.from('admin.$cmd\0'), int32(0), int32(-1), serialize({ isMaster: 1 })];

    const request = parseRequest(message(opQuery, parts));

    expect(request).toMatchObject({ opcode: opQuery, database: 'admin', wantsReply: true });
    expect(request.body).toEqual(Buffer.from(serialize({ isMaster: 1 })));
  });

  test.each<[string, Buffer]>([
    ['no command', message(opMessage, [int32(0)])],
    ['two commands', message(opMessage, [int32(0), bodySection({ a: 1 }), bodySection({ b: 1 })])],
    ['a section of an unknown kind', message(opMessage, [int32(0), Buffer.of(2), serialize({})])],
    ['a flag that must be understood', message(opMessage, [int32(4), bodySection({ ping: 1 })])],
    ['a document longer than the message', message(opMessage, [int32(0), Buffer.of(0), int32(999)])],
    ['a compressed message', message(2012, [int32(opMessage), int32(5), Buffer.of(0)])],
    ['nothing but a header', message(opMessage, [])],
  ])('%s is refused', (_, bytes) => {
    expect(() => parseRequest(bytes)).toThrow(ProtocolError);
  });

  test('whatever bytes arrive, they are a request or a protocol error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(opMessage, opQuery, 2012, 1),
        fc.uint8Array({ maxLength: 120 }),
        (opcode, bytes) => {
          try {
            const { body, sequences } = parseRequest(message(opcode, [bytes]));
            expect(body.length).toBeGreaterThanOrEqual(5);
            for (const sequence of sequences.values()) expect([...documentsIn(sequence)]).toBeDefined();
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a request with one byte changed is a request or a protocol error', () => {
    const valid = hello();
    fc.assert(
      fc.property(fc.nat(valid.length - 5), fc.nat(255), (position, value) => {
        const changed = Buffer.from(valid);
        changed[position + 4] = value;
        try {
          expect(parseRequest(changed).body.length).toBeGreaterThanOrEqual(5);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

describe('replies', () => {
  const document = serialize({ ok: 1 });

  test('an OP_MSG is answered by an OP_MSG to its id', () => {
    const reply = encodeReply({ id: 99, opcode: opMessage }, document);

    expect(reply.readInt32LE(0)).toBe(reply.length);
    expect(reply.readInt32LE(8)).toBe(99);
    expect(parseRequest(reply).body).toEqual(Buffer.from(document));
  });

  test('an OP_QUERY is answered by an OP_REPLY that carries one document', () => {
    const reply = encodeReply({ id: 99, opcode: opQuery }, document);

    expect(reply.readInt32LE(12)).toBe(1);
    expect(reply.readInt32LE(32)).toBe(1);
    expect(reply.subarray(36)).toEqual(Buffer.from(document));
  });
});
