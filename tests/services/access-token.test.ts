import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createIdentity } from '../../producers/identity/identity.ts';

const clientId = 'game';
const now = () => Math.floor(Date.now() / 1_000);

let pool: Awaited<ReturnType<typeof openPool>>;
beforeEach(async () => {
  pool = await openPool();
});

const verify = (token: string, more: Partial<Parameters<typeof createIdentity>[0]> = {}) =>
  createIdentity({ ...pool.options, ...more }).verify(token);
const refusedAs = (code: string, token: string, more = {}) =>
  expect(verify(token, more)).rejects.toMatchObject({ name: 'IdentityError', code });

test('a token of the pool and client says whose it is', async () => {
  expect(await verify(pool.token())).toEqual({ playerId: 'p1' });
});

test('an expired token is refused; one that expired within the clock skew is not', async () => {
  await refusedAs('token-expired', pool.token({ exp: now() - 40 }));
  await refusedAs('token-expired', pool.token({ exp: now() - 2 }), { clockSkewSeconds: 0 });
  expect(await verify(pool.token({ exp: now() - 2 }))).toEqual({ playerId: 'p1' });
});

test('a token that is not yet good is refused; one within the clock skew is not', async () => {
  await refusedAs('token-invalid', pool.token({ nbf: now() + 60 }));
  expect(await verify(pool.token({ nbf: now() + 20 }))).toEqual({ playerId: 'p1' });
});

test('a token of a wrong pool is refused', async () => {
  await refusedAs('token-invalid', pool.token({ iss: 'https://elsewhere.example' }));
  await refusedAs('token-invalid', (await openPool()).token({ iss: pool.options.issuer }));
});

test('a token of a wrong client, of another use, or without what it needs is refused', async () => {
  for (const claims of [
    { client_id: 'another' },
    { token_use: 'id', aud: clientId },
    { exp: undefined },
    { sub: undefined },
  ])
    await refusedAs('token-invalid', pool.token(claims));
});

test('a tampered token is refused', async () => {
  const [head, , signature] = pool.token().split('.');
  const forged = Buffer.from('{"sub":"someone-else","token_use":"access"}').toString('base64url');

  for (const bad of [
    `${head}.${forged}.${signature}`,
    `${pool.token()}x`,
    `${head}..${signature}`,
    'a.b.c',
    'x',
  ])
    await refusedAs('token-invalid', bad);
});

test('a token signed by algorithm none, or by the public key as a secret, is refused', async () => {
  await refusedAs('token-invalid', pool.token({}, { alg: 'none' }));
  await refusedAs('token-invalid', `${pool.token({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`);
  await refusedAs('token-invalid', pool.token({}, { alg: 'HS256' }));
});

test('the keys are fetched once, and again only for a key not seen yet', async () => {
  const identity = createIdentity(pool.options);
  await Promise.all(Array.from({ length: 50 }, () => identity.verify(pool.token())));
  expect(pool.fetches()).toBe(1);

  pool.rotate('newer');
  expect(await identity.verify(pool.token({}, { kid: 'newer' }))).toEqual({ playerId: 'p1' });
  expect(pool.fetches()).toBe(2);

  for (const kid of ['made-up-1', 'made-up-2', 'made-up-3'])
    await expect(identity.verify(pool.token({}, { kid }))).rejects.toMatchObject({ name: 'IdentityError' });
  expect(pool.fetches()).toBe(3);
});

test('known keys do while the pool is out of reach; unknown ones are an outage', async () => {
  const identity = createIdentity(pool.options);
  await identity.verify(pool.token());
  await pool.close();

  expect(await identity.verify(pool.token())).toEqual({ playerId: 'p1' });
  await refusedAs('unavailable', pool.token());
});

/** A pool whose private key the test holds, so that it can sign what no Cognito would. */
async function openPool() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let kid = 'ours';
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches++;
    const key = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
    response.end(JSON.stringify({ keys: [key] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((closed) => server.close(closed));
  };
  onTestFinished(close);
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    options: { region: 'us-east-1', userPoolId: 'us-east-1_pool', clientId, issuer },
    fetches: () => fetches,
    close,
    rotate: (next: string) => {
      kid = next;
    },
    /** A good access token but for what is changed. */
    token(claims: object = {}, header: object = {}): string {
      const good = {
        sub: 'p1',
        iss: issuer,
        token_use: 'access',
        client_id: clientId,
        iat: now(),
        exp: now() + 60,
      };
      const signed = `${part({ alg: 'RS256', kid, ...header })}.${part({ ...good, ...claims })}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
