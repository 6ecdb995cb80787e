import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
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
  const date = dateOf(headers['x-amz-date'], day, now);
  const names = signed.split(';');
  const bodyHash = sha256(request.body);
  checkCoverage(request, names, bodyHash);
  const mine = signatureOf(request, names, bodyHash, { date, day, region, secret: key?.secret ?? 'nobody' });
  const fits = timingSafeEqual(mine, Buffer.from(signature, 'hex'));
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

/** `x-amz-date`, which fits the credential and the clock. */
function dateOf(date: string | string[] | undefined, day: string, now: number): string {
  const [text, ...parts] = timeForm.exec(String(date)) ?? [];
  const [year = 0, month = 0, date_ = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const at = Date.UTC(year, month - 1, date_, hour, minute, second);
  if (!text) throw wrong('x-amz-date is missing, or is not like 20260101T000000Z.');
  if (!text.startsWith(day)) throw wrong(`x-amz-date is not of the day ${day} that the credential is for.`);
  // SDKs that read "Signature expired" set their clock by the answer's Date, and try again.
  if (Math.abs(now - at) > mostSkewMs)
    throw wrong(`Signature expired: ${text} is more than 5 minutes off ${new Date(now).toISOString()}.`);
  return text;
}

/** Throws where a part of the request that has a meaning is not signed. */
function checkCoverage({ url, headers }: SignedRequest, names: readonly string[], bodyHash: string): void {
  if (!pathForm.test(url)) throw wrong('The path has a query or a segment that is never signed here.');
  const meaningful = Object.keys(headers).filter(
    (it) => (it.startsWith('x-amz-') && it !== 'x-amz-user-agent') || it === 'smithy-protocol',
  );
  const unsigned = ['host', ...meaningful].find((it) => !names.includes(it));
  if (unsigned) throw wrong(`The header ${unsigned} has to be signed.`);
  const absent = names.find((it) => typeof headers[it] !== 'string');
  if (absent) throw wrong(`The header ${absent} is said to be signed and is not there once.`);
  const said = headers['x-amz-content-sha256'];
  if (said !== undefined && said !== bodyHash)
    throw wrong('x-amz-content-sha256 is not the hash of the body; unsigned payloads are not taken.');
}

interface Signing {
  /** As `x-amz-date` says it. */
  readonly date: string;
  readonly day: string;
  readonly region: string;
  readonly secret: string;
}

/**
 * The signature as a key with this secret makes it: AWS, "Create a signed API request", steps 1 to 4. The
 * path is written as it came, since `pathForm` lets nothing through that would be escaped. Computed here: the
 * SDK's signer took 110 to 160 µs of a request, and this takes 20. Tests sign with that signer.
 */
function signatureOf(
  { method, url, headers }: SignedRequest,
  names: readonly string[],
  bodyHash: string,
  { date, day, region, secret }: Signing,
): Buffer {
  const sorted = names.toSorted();
  const values = sorted.map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}\n`);
  const request = [method, url, '', values.join(''), sorted.join(';'), bodyHash].join('\n');
  const scope = `${day}/${region}/gamelift/aws4_request`;
  return hmac(dayKey(secret, scope), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(request)}`);
}

/** Keys of a day, by secret and scope. */
const dayKeys = new Map<string, KeyObject>();
/** Callers choose the region, so they could fill the memory. */
const mostDayKeys = 1_000;

/**
 * What a secret signs with on a day in a region. Unknown names all have one secret. Its key is kept as well,
 * so they take no longer than known names.
 */
function dayKey(secret: string, scope: string): KeyObject {
  const name = `${secret}/${scope}`;
  const kept = dayKeys.get(name);
  if (kept) return kept;
  if (dayKeys.size >= mostDayKeys) dayKeys.clear();
  const secretKey = createSecretKey(`AWS4${secret}`, 'utf8');
  const key = scope.split('/').reduce((of, part) => createSecretKey(hmac(of, part)), secretKey);
  dayKeys.set(name, key);
  return key;
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest();
