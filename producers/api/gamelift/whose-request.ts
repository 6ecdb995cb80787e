import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ApiKey, KeyRing } from '../../keys/key-ring.ts';
import { Fault } from './fault.ts';

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How far (ms) a caller's clock may be off. */
const mostSkewMs = 300_000;

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
const timeForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** What is verified is what is routed: no query, no dot segments, nothing escaped. */
const pathForm = /^(\/(?!\.{1,2}(\/|$))[\w.-]+)*\/?$/;

const wrong = (message: string) => new Fault('InvalidSignatureException', message);

/**
 * Whose key has signed the request (SigV4). Throws a Fault that says what is wrong. The body is hashed here,
 * whatever a header says of it. An unknown key is verified like one that is known, so that time tells nobody
 * which names there are.
 */
export async function whoseRequest(request: SignedRequest, keys: KeyRing, now = Date.now()): Promise<ApiKey> {
  const { headers } = request;
  const { id, day, region, signed, signature } = authorizationOf(headers);
  const key = await keys.find(id);
  if (headers['x-amz-security-token'] !== undefined)
    throw new Fault(
      'UnrecognizedClientException',
      'The security token is not valid here: keys of this API are lasting ones and have no session token.',
    );
  const at = timeOf(headers['x-amz-date'], day, now);
  const names = signed.split(';');
  checkCoverage(request, names);
  const mine = await signatureOf(request, names, { id, region, at, secret: key?.secret ?? 'nobody' });
  const fits = timingSafeEqual(Buffer.from(mine, 'hex'), Buffer.from(signature, 'hex'));
  if (!key)
    throw new Fault(
      'UnrecognizedClientException',
      `The access key id ${id.slice(0, 128)} is of no key that works.`,
    );
  if (!fits)
    throw wrong(
      'The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.',
    );
  return key;
}

function authorizationOf({ authorization }: IncomingHttpHeaders) {
  if (authorization === undefined)
    throw new Fault(
      'MissingAuthenticationTokenException',
      'The request is not signed (Authorization, SigV4).',
    );
  const [, id, day, region, service, signed, signature] = form.exec(authorization) ?? [];
  if (!id || !day || !region || !signed || !signature)
    throw new Fault('IncompleteSignatureException', 'The Authorization header is no SigV4 signature.');
  if (service !== 'gamelift') throw wrong(`The signature is for ${service}; sign for gamelift.`);
  return { id, day, region, signed, signature };
}

function timeOf(date: string | string[] | undefined, day: string, now: number): Date {
  const [text, ...parts] = timeForm.exec(String(date)) ?? [];
  const [year = 0, month = 0, date_ = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const at = Date.UTC(year, month - 1, date_, hour, minute, second);
  if (!text) throw wrong('x-amz-date is missing, or is not like 20260101T000000Z.');
  if (!text.startsWith(day)) throw wrong(`x-amz-date is not of the day ${day} that the credential is for.`);
  // SDKs that read "Signature expired" set their clock by the answer's Date, and try again.
  if (Math.abs(now - at) > mostSkewMs)
    throw wrong(`Signature expired: ${text} is more than 5 minutes off ${new Date(now).toISOString()}.`);
  return new Date(at);
}

/** Throws where a part of the request that has a meaning is not signed. */
function checkCoverage({ url, headers, body }: SignedRequest, names: readonly string[]): void {
  if (!pathForm.test(url)) throw wrong('The path has a query or a segment that is never signed here.');
  const meaningful = Object.keys(headers).filter(
    (it) => (it.startsWith('x-amz-') && it !== 'x-amz-user-agent') || it === 'smithy-protocol',
  );
  const unsigned = ['host', ...meaningful].find((it) => !names.includes(it));
  if (unsigned) throw wrong(`The header ${unsigned} has to be signed.`);
  const absent = names.find((it) => typeof headers[it] !== 'string');
  if (absent) throw wrong(`The header ${absent} is said to be signed and is not there once.`);
  const hash = createHash('sha256').update(body).digest('hex');
  const said = headers['x-amz-content-sha256'];
  if (said !== undefined && said !== hash)
    throw wrong('x-amz-content-sha256 is not the hash of the body; unsigned payloads are not taken.');
}

interface Signing {
  readonly id: string;
  readonly secret: string;
  readonly region: string;
  readonly at: Date;
}

/** The signature as this key makes it, hex. */
async function signatureOf(
  { method, url, headers, body }: SignedRequest,
  names: readonly string[],
  { id, secret, region, at }: Signing,
): Promise<string> {
  const signer = new SignatureV4({
    service: 'gamelift',
    region,
    sha256: Sha256,
    // Of itself the signer adds headers, which the caller has not signed.
    applyChecksum: false,
    credentials: { accessKeyId: id, secretAccessKey: secret },
  });
  const { headers: made } = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: 'host',
      path: url,
      query: {},
      body,
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
    },
    { signingDate: at, signableHeaders: new Set(names) },
  );
  return /Signature=([0-9a-f]{64})/.exec(made['authorization'] ?? '')?.[1] ?? ''.padEnd(64, '0');
}

/** SHA-256 as the signer takes it. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(text: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(text));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(it: string | ArrayBuffer | ArrayBufferView): Uint8Array | string {
  if (typeof it === 'string') return it;
  return it instanceof ArrayBuffer
    ? new Uint8Array(it)
    : new Uint8Array(it.buffer, it.byteOffset, it.byteLength);
}
