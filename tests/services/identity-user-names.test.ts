import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { passwordFlow, playerClient, playerPool } from '../../infra/player-pool.ts';
import { createIdentity, type Identity } from '../../producers/identity/identity.ts';

const { COGNITO_ENDPOINT: endpoint = '', ...account } = inject('stackEnv');
const { AWS_REGION: region = '', CODE_FROM_MAIL: code = '' } = account;
Object.assign(process.env, account);
const cognito = new CognitoIdentityProviderClient({ region, endpoint });
const password = 'Correct-horse-7';
const newAddress = () => `${crypto.randomUUID()}@example.com`;

describe('a pool whose players choose user names', () => {
  let userPoolId: string | undefined;
  let identity: Identity;
  beforeAll(async () => {
    const { UsernameAttributes, ...rest } = playerPool;
    const pool = new CreateUserPoolCommand({
      ...rest,
      // cognito-local takes nothing but addresses from a pool that says nothing of user names.
      UsernameAttributes: ['phone_number'],
      AliasAttributes: ['email'],
      PoolName: `chosen-${crypto.randomUUID()}`,
    });
    userPoolId = (await cognito.send(pool)).UserPool?.Id;
    const client = new CreateUserPoolClientCommand({
      ...playerClient,
      ExplicitAuthFlows: [...playerClient.ExplicitAuthFlows, passwordFlow],
      UserPoolId: userPoolId,
      ClientName: 'game',
    });
    const { ClientId: clientId = '' } = (await cognito.send(client)).UserPoolClient ?? {};
    identity = createIdentity({
      ...{ region, userPoolId: userPoolId ?? '', clientId, flow: 'password', endpoint },
      issuer: `${endpoint}/${userPoolId}`,
      userNames: 'chosen',
    });
  });
  afterAll(() => cognito.send(new DeleteUserPoolCommand({ UserPoolId: userPoolId })));

  test('registers one by the name, confirms it by the name, and says when another wants the same', async () => {
    const userName = `ann-${crypto.randomUUID()}`;
    await identity.register({ email: newAddress(), password, userName });

    await identity.confirm({ userName, code });

    await expect(identity.register({ email: newAddress(), password, userName })).rejects.toMatchObject({
      code: 'user-name-taken',
    });
  });

  test.each([
    ['no name', undefined, 'is required'],
    ['an address as name', 'ann@example.com', 'no @'],
    ['a name with a space', 'ann lee', 'no space'],
    ['a name beyond the bound', 'a'.repeat(129), '128'],
  ])('refuses %s, naming the field', async (_what, userName, reason) => {
    const refused = identity.register({ email: newAddress(), password, ...(userName && { userName }) });

    await expect(refused).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(new RegExp(`userName.*${reason}`)),
    });
  });
});

test('a pool of addresses refuses a user name', async () => {
  const { USER_POOL_ID: userPoolId = '', USER_POOL_CLIENT_ID: clientId = '' } = account;
  const identity = createIdentity({ region, userPoolId, clientId, endpoint });

  await expect(identity.register({ email: newAddress(), password, userName: 'ann' })).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('userName'),
  });
});
