import { cbor, dateToTag } from '@smithy/core/cbor';
import { Fault } from './fault.ts';
import { plainInput } from './plain-input.ts';

/**
 * How a request's input and its answer are written on the wire. Times in outputs are `Date`s; absent members
 * `undefined`.
 */
export interface Protocol {
  readonly read: (body: Buffer) => unknown;
  readonly write: (output: unknown) => Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers and output of an answer that is an error. */
  readonly faultHeaders: (name: string) => Readonly<Record<string, string>>;
  readonly faultOutput: (name: string, message: string) => object;
}

const unreadable = (format: string, cause: unknown) =>
  new Fault('SerializationException', `The body is not ${format} that can be read.`, cause);

/** AWS JSON 1.1: times are seconds since 1970, with a fraction. */
export const json: Protocol = {
  read(body) {
    try {
      return plainInput(JSON.parse(body.toString('utf8')));
    } catch (error) {
      throw error instanceof Fault ? error : unreadable('JSON', error);
    }
  },
  write: (output) => Buffer.from(JSON.stringify(mapped(output, (time) => time.getTime() / 1_000))),
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  faultHeaders: (name) => ({ 'x-amzn-errortype': name }),
  faultOutput: (name, message) => ({ __type: name, Message: message }),
};

/** Smithy RPC v2 CBOR: times are tagged. Every answer names the protocol, or clients may not read it. */
export const rpcCbor: Protocol = {
  read(body) {
    if (body.length === 0) return {};
    try {
      return plainInput(cbor.deserialize(body));
    } catch (error) {
      throw error instanceof Fault ? error : unreadable('CBOR', error);
    }
  },
  write: (output) => Buffer.from(cbor.serialize(mapped(output, dateToTag))),
  headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
  faultHeaders: () => ({}),
  // Go's SDK reads `Message` of the errors that its model of GameLift knows, and `message` of all others.
  faultOutput: (name, message) => ({ __type: name, Message: message, message }),
};

/** The output without absent members, which CBOR has a value for that must not be sent. */
function mapped(value: unknown, time: (it: Date) => unknown): unknown {
  if (value instanceof Date) return time(value);
  if (Array.isArray(value)) return value.map((it) => mapped(it, time));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, it] of Object.entries(value)) if (it !== undefined) copy[name] = mapped(it, time);
  return copy;
}
