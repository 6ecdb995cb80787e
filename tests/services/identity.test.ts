import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { confirmationCode } from '../../infra/local/cognito.ts';
import { createIdentity, type Identity } from '../../producers/identity/identity.ts';

const { COGNITO_ENDPOINT: endpoint = '', ...account } = inject('stackEnv');
const region = account['AWS_REGION'] ?? '';
Object.assign(process.env, account);

const password = 'Correct-horse-7';
const newAddress = () => `${crypto.randomUUID()}@example.com`;

let userPoolId: string;
let clientId: string;
let identity: Identity;

async function newClient(): Promise<string> {
  const command = new CreateUserPoolClientCommand({
    UserPoolId: userPoolId,
    ClientName: 'players',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
  return (await cognito.send(command)).UserPoolClient?.ClientId ?? '';
}

const cognito = new CognitoIdentityProviderClient({ region, endpoint });
beforeAll(async () => {
  const command = new CreateUserPoolCommand({
    PoolName: 'players',
    UsernameAttributes: ['email'],
    AutoVerifiedAttributes: ['email'],
  });
  userPoolId = (await cognito.send(command)).UserPool?.Id ?? '';
  clientId = await newClient();
  identity = createIdentity({ region, userPoolId, clientId, endpoint, issuer: `${endpoint}/${userPoolId}` });
});

async function confirmedPlayer() {
  const email = newAddress();
  const { playerId } = await identity.register({ email, password });
  await identity.confirm({ email, code: confirmationCode });
  return { email, playerId };
}

/** An identity whose Cognito gives one answer to everything, and what it was asked. */
async function identityAnswered(status: number, type: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']).split('.')[1] ?? '');
    request.resume();
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ __type: type }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    identity: createIdentity({ region, userPoolId, clientId, endpoint: `http://127.0.0.1:${port}` }),
  };
}

describe('a player', () => {
  test('registers, confirms, signs in, is known by their token, refreshes and signs out', async () => {
    const { email, playerId } = await confirmedPlayer();

    const signedIn = await identity.authenticate({ email: ` ${email.toUpperCase()} `, password });
    expect(signedIn.playerId).toBe(playerId);
    expect(signedIn.expiresIn).toBeGreaterThan(60);
    expect(await identity.verify(signedIn.accessToken)).toEqual({ playerId });

    const refreshed = await identity.refresh(signedIn);
    expect(refreshed).toMatchObject({ playerId, refreshToken: signedIn.refreshToken });
    expect(await identity.verify(refreshed.accessToken)).toEqual({ playerId });

    await identity.signOut(signedIn);
    await expect(identity.refresh(signedIn)).rejects.toMatchObject({ code: 'token-invalid' });
    expect(await identity.verify(refreshed.accessToken)).toEqual({ playerId });
  });

  test('cannot sign in before the address is confirmed', async () => {
    const email = newAddress();
    await identity.register({ email, password });

    await expect(identity.authenticate({ email, password })).rejects.toMatchObject({ code: 'not-confirmed' });
    await expect(identity.confirm({ email, code: '000000' })).rejects.toMatchObject({
      code: 'code-mismatch',
    });
  });

  test('who is registered cannot be told from who is not', async () => {
    const { email, playerId } = await confirmedPlayer();
    const nobody = newAddress();
    const failure = (call: Promise<unknown>) =>
      call.then(
        () => 'success',
        (error) => ({ code: error.code, message: error.message, cause: error.cause }),
      );

    expect(await failure(identity.authenticate({ email, password: 'wrong' }))).toEqual(
      await failure(identity.authenticate({ email: nobody, password: 'wrong' })),
    );
    expect(await failure(identity.confirm({ email, code: '000000' }))).toEqual(
      await failure(identity.confirm({ email: nobody, code: '000000' })),
    );
    const again = await identity.register({ email, password });
    expect(again.playerId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(again.playerId).not.toBe(playerId);
    expect((await identity.authenticate({ email, password })).playerId).toBe(playerId);
  });
});

describe('an input', () => {
  test.each([
    ['email', () => identity.register({ email: 'nobody', password })],
    ['email', () => identity.resendCode({ email: `${'x'.repeat(300)}@example.com` })],
    ['password', () => identity.authenticate({ email: newAddress(), password: '' })],
    ['password', () => identity.authenticate({ email: newAddress(), password: 'x'.repeat(257) })],
    ['code', () => identity.confirm({ email: newAddress(), code: '12 34' })],
    ['refreshToken', () => identity.refresh({ refreshToken: '' })],
    ['refreshToken', () => identity.signOut({ refreshToken: 'x'.repeat(20_000) })],
    ['accessToken', () => identity.verify('x'.repeat(20_000))],
  ])('out of bounds is refused by its name: %s', async (field, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(`^${field}:`),
    });
  });
});

describe('an access token', () => {
  test('of another client, of another use, or changed, is not valid', async () => {
    const { email } = await confirmedPlayer();
    const { accessToken } = await identity.authenticate({ email, password });
    const other = { region, userPoolId, clientId: await newClient(), endpoint };
    const ofOtherClient = createIdentity({ ...other, issuer: `${endpoint}/${userPoolId}` });
    const ofOtherPool = createIdentity({ ...other, clientId, issuer: `${endpoint}/another_pool` });
    const [head, , signature] = accessToken.split('.');
    const forged = Buffer.from('{"sub":"someone-else","token_use":"access"}').toString('base64url');

    await expect(ofOtherClient.verify(accessToken)).rejects.toMatchObject({ code: 'token-invalid' });
    await expect(ofOtherPool.verify(accessToken)).rejects.toMatchObject({ code: 'token-invalid' });
    for (const bad of [`${head}.${forged}.${signature}`, `${accessToken}x`, 'a.b.c', 'nonsense'])
      await expect(identity.verify(bad)).rejects.toMatchObject({ code: 'token-invalid' });
  });

  test('is checked for issuer, use, client, signature and expiry', async () => {
    const pool = await poolOfOurOwn();
    const now = Math.floor(Date.now() / 1000);
    const good = {
      sub: 'p1',
      iss: pool.issuer,
      token_use: 'access',
      client_id: clientId,
      iat: now,
      exp: now + 60,
    };

    expect(await pool.identity.verify(pool.sign(good))).toEqual({ playerId: 'p1' });
    await expect(pool.identity.verify(pool.sign({ ...good, exp: now - 1 }))).rejects.toMatchObject({
      code: 'token-expired',
    });
    const { exp: _exp, ...endless } = good;
    for (const bad of [
      endless,
      { ...good, iss: 'https://elsewhere.example' },
      { ...good, token_use: 'id', aud: clientId },
      { ...good, client_id: 'another' },
      { ...good, sub: undefined },
    ])
      await expect(pool.identity.verify(pool.sign(bad))).rejects.toMatchObject({ code: 'token-invalid' });
    await expect(pool.identity.verify(pool.sign(good, { kid: 'unknown' }))).rejects.toMatchObject({
      code: 'token-invalid',
    });
    await expect(pool.identity.verify(pool.sign(good, { alg: 'none' }))).rejects.toMatchObject({
      code: 'token-invalid',
    });
  });

  test('cannot be checked while the keys of the pool are out of reach', async () => {
    const { email } = await confirmedPlayer();
    const { accessToken } = await identity.authenticate({ email, password });
    const cutOff = createIdentity({ region, userPoolId, clientId, endpoint, issuer: 'http://127.0.0.1:1' });

    await expect(cutOff.verify(accessToken)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('an answer of Cognito', () => {
  test.each([
    ['UserNotFoundException', 'authenticate', 'invalid-credentials'],
    ['NotAuthorizedException', 'authenticate', 'invalid-credentials'],
    ['PasswordResetRequiredException', 'authenticate', 'invalid-credentials'],
    ['TooManyRequestsException', 'authenticate', 'throttled'],
    ['InvalidPasswordException', 'register', 'weak-password'],
    ['LimitExceededException', 'register', 'throttled'],
    ['UserNotFoundException', 'confirm', 'code-mismatch'],
    ['ExpiredCodeException', 'confirm', 'code-mismatch'],
    ['LimitExceededException', 'resendCode', 'throttled'],
    ['NotAuthorizedException', 'refresh', 'token-invalid'],
  ] as const)('%s to %s is %s', async (type, call, code) => {
    const { identity: stubbed } = await identityAnswered(400, type);
    const email = newAddress();
    const calls = {
      register: () => stubbed.register({ email, password }),
      confirm: () => stubbed.confirm({ email, code: confirmationCode }),
      resendCode: () => stubbed.resendCode({ email }),
      authenticate: () => stubbed.authenticate({ email, password }),
      refresh: () => stubbed.refresh({ refreshToken: 'token' }),
    };

    await expect(calls[call]()).rejects.toMatchObject({ name: 'IdentityError', code });
  });

  test('that needs more than a password says so', async () => {
    const { identity: stubbed } = await identityAnswered(200, 'none');

    await expect(stubbed.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
      code: 'challenge-required',
    });
  });

  test('about a code to send again is the same whoever waits for one', async () => {
    for (const [status, type] of [
      [200, 'none'],
      [400, 'UserNotFoundException'],
      [400, 'InvalidParameterException'],
    ] as const) {
      const { identity: stubbed, asked } = await identityAnswered(status, type);

      await stubbed.resendCode({ email: newAddress() });

      expect(asked).toEqual(['ResendConfirmationCode']);
    }
  });

  test('that is our own mistake is thrown as it came', async () => {
    const { identity: stubbed } = await identityAnswered(400, 'ResourceNotFoundException');

    await expect(stubbed.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('that does not come is an outage', async () => {
    const away = createIdentity({ region, userPoolId, clientId, endpoint: 'http://127.0.0.1:1' });
    const { identity: broken } = await identityAnswered(500, 'InternalErrorException');

    for (const unreachable of [away, broken])
      await expect(unreachable.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
        code: 'unavailable',
      });
  });
});

/** A pool whose private key the test holds, so that it can sign what no Cognito would. */
async function poolOfOurOwn() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'ours', use: 'sig', alg: 'RS256' }] };
  const server = createServer((_request, response) => response.end(JSON.stringify(keys)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    issuer,
    identity: createIdentity({ region, userPoolId, clientId, endpoint, issuer }),
    sign(claims: object, header: object = {}): string {
      const signed = `${part({ alg: 'RS256', kid: 'ours', ...header })}.${part(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
