/**
 * The texts of a SCRAM-SHA-256 login (RFC 5802, RFC 7677). They are only read and put together here: the
 * engine keeps the passwords and computes. Pure.
 */

import { CommandError } from './errors.ts';

/** Bytes. A driver's messages have about 200; a client sends this many before anybody knows it. */
const mostBytes = 1_024;

/** What the client said first. */
export interface Opening {
  /** `biws` or `eSws`: how the last message must repeat the header of the first. */
  readonly channel: string;
  /** The message without its header, as both sides sign it. */
  readonly bare: string;
  readonly user: string;
  readonly nonce: string;
}

/** What the client said last. */
export interface Closing {
  readonly channel: string;
  readonly nonce: string;
  /** The message without its proof, as both sides sign it. */
  readonly unproven: string;
  /** Base64. */
  readonly proof: string;
}

const opening = /^(?<header>[ny],,)(?<bare>n=(?<user>(?:[^,=\0]|=2C|=3D)+),r=(?<nonce>[!-+\--~]+))$/;
const closing =
  /^(?<unproven>c=(?<channel>[A-Za-z0-9+/=]+),r=(?<nonce>[!-+\--~]+)),p=(?<proof>[A-Za-z0-9+/]+={0,2})$/;

/** Throws a {@link CommandError} for what is no such message. */
export function readOpening(payload: Uint8Array): Opening {
  const { header = '', bare = '', user = '', nonce = '' } = match(opening, payload, 'first');
  return {
    channel: Buffer.from(header).toString('base64'),
    bare,
    user: user.replaceAll('=2C', ',').replaceAll('=3D', '='),
    nonce,
  };
}

/** Throws a {@link CommandError} for what is no such message. */
export function readClosing(payload: Uint8Array): Closing {
  const { channel = '', nonce = '', unproven = '', proof = '' } = match(closing, payload, 'last');
  return { channel, nonce, unproven, proof };
}

function match(pattern: RegExp, payload: Uint8Array, which: string): Record<string, string> {
  const groups = payload.length <= mostBytes ? pattern.exec(Buffer.from(payload).toString())?.groups : null;
  if (groups) return groups;
  throw new CommandError(
    'AuthenticationFailed',
    `Authentication failed: the payload is not a client's ${which} SCRAM message of at most ${mostBytes} bytes.`,
  );
}

/** The answer to the first message. `salt` is base64. */
export const challenge = (nonce: string, salt: string, iterations: number): string =>
  `r=${nonce},s=${salt},i=${iterations}`;
