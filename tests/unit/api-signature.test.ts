import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callIdOf } from '../../producers/api/call-id.ts';
import { type SignedRequest, whoseRequest } from '../../producers/api/gamelift/whose-request.ts';
import type { KeyRing } from '../../producers/keys/key-ring.ts';
import { Sha256Of } from '../support/sha256.ts';

const secret = 'a secret';
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const keys = {
  find: async (name: string) => (name === 'studio' ? { name, secret, rights: new Set() } : undefined),
} as unknown as KeyRing;

/** A request as an SDK signs it. */
async function signed(
  change: { at?: number; service?: string; id?: string; more?: Record<string, string> } = {},
) {
  const { at = now, service = 'gamelift', id = 'studio', more = {} } = change;
  const body = Buffer.from('{"TicketIds":["a"]}');
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    sha256: Sha256Of,
    credentials: { accessKeyId: id, secretAccessKey: secret },
  });
  const request = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: 'api',
      path: '/',
      query: {},
      body,
      headers: { host: 'api', 'x-amz-target': 'GameLift.DescribeMatchmaking', ...more },
    },
    { signingDate: new Date(at) },
  );
  return { method: 'POST', url: '/', headers: { ...request.headers }, body } satisfies SignedRequest;
}

type Request = Awaited<ReturnType<typeof signed>>;
const who = (request: SignedRequest) => whoseRequest(request, keys, now);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a signed request', () => {
  test('is of the key that signed it', async () => {
    expect(await who(await signed())).toMatchObject({ name: 'studio' });
  });

  test.each<[string, string, (it: Request) => Partial<SignedRequest>]>([
    [
      'no signature',
      'MissingAuthenticationTokenException',
      ({ headers }) => ({ headers: without(headers, 'authorization') }),
    ],
    [
      'a bearer token',
      'IncompleteSignatureException',
      ({ headers }) => ({ headers: { ...headers, authorization: 'Bearer x' } }),
    ],
    ['another body', 'InvalidSignatureException', () => ({ body: Buffer.from('{}') })],
    [
      'another body, and the hash of it',
      'InvalidSignatureException',
      ({ headers }) => ({
        body: Buffer.from('{}'),
        headers: { ...headers, 'x-amz-content-sha256': sha256('{}') },
      }),
    ],
    [
      'a payload that is not signed',
      'InvalidSignatureException',
      ({ headers }) => ({ headers: { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
    ],
    [
      'another operation',
      'InvalidSignatureException',
      ({ headers }) => ({ headers: { ...headers, 'x-amz-target': 'GameLift.StopMatchmaking' } }),
    ],
    [
      'a header of meaning that is not signed',
      'InvalidSignatureException',
      ({ headers }) => ({ headers: { ...headers, 'x-amz-foo': 'bar' } }),
    ],
    ['a query', 'InvalidSignatureException', () => ({ url: '/?a=1' })],
    ['a path that another one means', 'InvalidSignatureException', () => ({ url: '/a/../' })],
    [
      'a session token',
      'UnrecognizedClientException',
      ({ headers }) => ({ headers: { ...headers, 'x-amz-security-token': 't' } }),
    ],
  ])('with %s is refused as %s', async (_what, name, change) => {
    const request = await signed();

    await expect(who({ ...request, ...change(request) })).rejects.toMatchObject({ name });
  });

  test('of a clock that is 6 minutes off is told so in the words by which SDKs set theirs', async () => {
    for (const at of [now - 360_000, now + 360_000])
      await expect(who(await signed({ at }))).rejects.toMatchObject({
        name: 'InvalidSignatureException',
        message: expect.stringMatching(/^Signature expired/),
      });
    expect(await who(await signed({ at: now - 240_000 }))).toBeTruthy();
  });

  test('for another service, or of an unknown key, is refused', async () => {
    await expect(who(await signed({ service: 'sqs' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    await expect(who(await signed({ id: 'nobody' }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  test('with any byte of its signed headers changed is refused', async () => {
    const request = await signed({ more: { 'x-amz-user-agent': 'sdk' } });
    const names = ['host', 'x-amz-date', 'x-amz-target', 'authorization'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(200),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (name, at, letter) => {
          const value = String((request.headers as Record<string, string>)[name]);
          const changed = value.slice(0, at % value.length) + letter + value.slice((at % value.length) + 1);
          // The signer trims values, as the canonical form says.
          fc.pre(
            changed.trim() !== value.trim() &&
              !(
                name === 'authorization' && changed.replaceAll(/, ?/g, ',') === value.replaceAll(/, ?/g, ',')
              ),
          );
          await expect(
            who({ ...request, headers: { ...request.headers, [name]: changed } }),
          ).rejects.toThrow();
        },
      ),
      { numRuns: 200 },
    );
  });
});

function without<T extends object>(from: T, name: string): Omit<T, never> {
  return Object.fromEntries(Object.entries(from).filter(([it]) => it !== name)) as T;
}

test('a call id is the same for repeats of one caller and no other', () => {
  const id = (caller: string, given?: string) => callIdOf({ headers: { 'idempotency-key': given } }, caller);

  expect(id('a', 'x')).toBe(id('a', 'x'));
  expect(new Set([id('a', 'x'), id('b', 'x'), id('a', 'y'), id('ax', '')]).size).toBe(4);
  expect(id('a')).toBeUndefined();
});
