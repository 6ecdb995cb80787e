import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makePlayers } from '../../infra/local/players.ts';
import { createIdentity, type Identity } from '../../producers/identity/identity.ts';

/**
 * moto is faithful where cognito-local is not: it has a password policy, answers wrong passwords as AWS does,
 * begins SRP with a challenge and ends all sign-ins of a player. It confirms with any code and does not check
 * the proof of a password, which tests/unit/srp.test.ts does.
 */
const { AWS_ENDPOINT_URL: endpoint = '', ...account } = inject('stackEnv');
const region = account['AWS_REGION'] ?? '';
Object.assign(process.env, account);

const password = 'Correct-horse-7';
const cognito = new CognitoIdentityProviderClient({ region, endpoint });
let userPoolId: string;
let clientId: string;
/** The same pool, by either way to present a password. */
let byFlow: Record<'srp' | 'password', Identity>;

let relay: Server;
afterAll(() => {
  relay.closeAllConnections();
  relay.close();
});
beforeAll(async () => {
  ({ USER_POOL_ID: userPoolId, USER_POOL_CLIENT_ID: clientId } = await makePlayers(endpoint));
  const options = { region, userPoolId, clientId, endpoint: await openRelay() };
  byFlow = { srp: createIdentity(options), password: createIdentity({ ...options, flow: 'password' }) };
});

/** moto takes requests for S3's that nobody signed, like those for keys: this address says whose they are. */
async function openRelay(): Promise<string> {
  const scope = `Credential=local/20260101/${region}/cognito-idp/aws4_request`;
  relay = createServer(async (request, response) => {
    const target = request.headers['x-amz-target'];
    const type = request.headers['content-type'] ?? '';
    const headers = {
      authorization: `AWS4-HMAC-SHA256 ${scope}`,
      'content-type': type,
      ...(typeof target === 'string' && { 'x-amz-target': target }),
    };
    const asked = { method: request.method ?? 'GET', headers };
    const body = request.method === 'POST' ? { body: await buffer(request) } : {};
    const answer = await fetch(`${endpoint}${request.url}`, { ...asked, ...body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}

async function aPlayer() {
  const email = `${crypto.randomUUID()}@example.com`;
  const { playerId } = await byFlow.srp.register({ email, password });
  await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId: userPoolId, Username: email }));
  return { email, playerId };
}

describe.each(['srp', 'password'] as const)('signing in by %s', (flow) => {
  test('gives a token of the player, which is refreshed', async () => {
    const { email, playerId } = await aPlayer();

    const signedIn = await byFlow[flow].authenticate({ email, password });
    expect(signedIn.playerId).toBe(playerId);
    expect(await byFlow[flow].verify(signedIn.accessToken)).toEqual({ playerId });
    expect(await byFlow[flow].refresh(signedIn)).toMatchObject({ playerId });
  });

  test('signing out everywhere ends every sign-in of the player', async () => {
    const { email } = await aPlayer();
    const here = await byFlow[flow].authenticate({ email, password });
    const there = await byFlow[flow].authenticate({ email, password });

    await byFlow[flow].signOutEverywhere(here);

    for (const signedIn of [here, there])
      await expect(byFlow[flow].refresh(signedIn)).rejects.toMatchObject({ code: 'token-invalid' });
    await expect(byFlow[flow].signOutEverywhere({ accessToken: 'nobodys' })).rejects.toMatchObject({
      code: 'token-invalid',
    });
  });

  test('a password that has to be changed first is a challenge', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    await cognito.send(
      new AdminCreateUserCommand({ UserPoolId: userPoolId, Username: email, TemporaryPassword: password }),
    );

    await expect(byFlow[flow].authenticate({ email, password })).rejects.toMatchObject({
      code: 'challenge-required',
    });
  });
});

test('a wrong password and an unknown address are told apart by nobody', async () => {
  const { email } = await aPlayer();
  const failure = (given: string) =>
    byFlow.password
      .authenticate({ email: given, password: 'Wrong-horse-7' })
      .catch((error: unknown) => error);

  expect(await failure(email)).toEqual(await failure('nobody@example.com'));
  expect(await failure(email)).toMatchObject({ code: 'invalid-credentials', cause: undefined });
});

test('a password the policy of the pool refuses is weak', async () => {
  await expect(byFlow.srp.register({ email: 'weak@example.com', password: 'short' })).rejects.toMatchObject({
    code: 'weak-password',
  });
});
