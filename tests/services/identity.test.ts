import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { createIdentity } from '../../producers/identity/identity.ts';

const { COGNITO_ENDPOINT: endpoint = '', ...account } = inject('stackEnv');
const {
  AWS_REGION: region = '',
  USER_POOL_ID: userPoolId = '',
  CODE_FROM_MAIL: confirmationCode = '',
} = account;
const { USER_POOL_CLIENT_ID: clientId = '' } = account;
Object.assign(process.env, account);

const password = 'Correct-horse-7';
const newAddress = () => `${crypto.randomUUID()}@example.com`;

// cognito-local speaks no SRP; identity-moto.test.ts signs in by it.
const identity = createIdentity({
  ...{ region, userPoolId, clientId, flow: 'password', endpoint },
  issuer: `${endpoint}/${userPoolId}`,
});

async function confirmedPlayer() {
  const email = newAddress();
  const { playerId } = await identity.register({ email, password });
  await identity.confirm({ email, code: confirmationCode });
  return { email, playerId };
}

/** All that a caller can tell about a call. */
const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'success',
    (error) => ({ code: error.code, message: error.message, cause: error.cause }),
  );

/** An identity whose Cognito gives one answer to everything, and what it was asked. */
async function identityAnswered(status: number, type: string) {
  const asked: string[] = [];
  const given: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push(String(request.headers['x-amz-target']).split('.')[1] ?? '');
    given.push(await json(request));
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
    given,
    identity: createIdentity({
      region,
      userPoolId,
      clientId,
      flow: 'password',
      endpoint: `http://127.0.0.1:${port}`,
    }),
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
    expect(await outcomeOf(identity.authenticate({ email, password: 'wrong' }))).toEqual(
      await outcomeOf(identity.authenticate({ email: nobody, password: 'wrong' })),
    );
    expect(await outcomeOf(identity.confirm({ email, code: '000000' }))).toEqual(
      await outcomeOf(identity.confirm({ email: nobody, code: '000000' })),
    );
    const again = await identity.register({ email, password });
    expect(again.playerId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(again.playerId).not.toBe(playerId);
    expect((await identity.authenticate({ email, password })).playerId).toBe(playerId);
  });
});

describe('a forgotten password', () => {
  test('is replaced by the player who has the code', async () => {
    const { email, playerId } = await confirmedPlayer();

    await identity.forgotPassword({ email });
    const reset = { email, code: confirmationCode, password: 'Another-horse-8' };
    await expect(identity.resetPassword({ ...reset, code: '000000' })).rejects.toMatchObject({
      code: 'code-mismatch',
    });
    await identity.resetPassword(reset);

    await expect(identity.authenticate({ email, password })).rejects.toMatchObject({
      code: 'invalid-credentials',
    });
    expect((await identity.authenticate({ email, password: reset.password })).playerId).toBe(playerId);
  });

  test('is asked and answered alike whoever is registered', async () => {
    const { email } = await confirmedPlayer();
    const nobody = newAddress();
    const wrong = { code: '000000', password };

    expect(await outcomeOf(identity.forgotPassword({ email: nobody }))).toEqual(
      await outcomeOf(identity.forgotPassword({ email })),
    );
    expect(await outcomeOf(identity.resetPassword({ email: nobody, ...wrong }))).toEqual(
      await outcomeOf(identity.resetPassword({ email, ...wrong })),
    );
  });
});

describe('an input', () => {
  test.each([
    ['email', () => identity.register({ email: 'nobody', password })],
    ['email', () => identity.resendCode({ email: `${'x'.repeat(300)}@example.com` })],
    // The address is the user name, of 128 characters at most, as Cognito has it.
    [
      'email',
      () => identity.register({ email: `x@${'x'.repeat(60)}.${'x'.repeat(60)}.example.com`, password }),
    ],
    ['password', () => identity.authenticate({ email: newAddress(), password: '' })],
    ['password', () => identity.authenticate({ email: newAddress(), password: 'x'.repeat(257) })],
    // Cognito calls these an invalid parameter, not a weak password.
    ['password', () => identity.register({ email: newAddress(), password: ` ${password}` })],
    [
      'password',
      () => identity.resetPassword({ email: newAddress(), code: '123456', password: `${password}\n` }),
    ],
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
    ['LimitExceededException', 'forgotPassword', 'throttled'],
    ['UserNotFoundException', 'resetPassword', 'code-mismatch'],
    ['UserNotConfirmedException', 'resetPassword', 'code-mismatch'],
    ['ExpiredCodeException', 'resetPassword', 'code-mismatch'],
    ['InvalidPasswordException', 'resetPassword', 'weak-password'],
    ['TooManyFailedAttemptsException', 'resetPassword', 'throttled'],
  ] as const)('%s to %s is %s', async (type, call, code) => {
    const { identity: stubbed } = await identityAnswered(400, type);
    const email = newAddress();
    const calls = {
      register: () => stubbed.register({ email, password }),
      confirm: () => stubbed.confirm({ email, code: confirmationCode }),
      resendCode: () => stubbed.resendCode({ email }),
      authenticate: () => stubbed.authenticate({ email, password }),
      refresh: () => stubbed.refresh({ refreshToken: 'token' }),
      forgotPassword: () => stubbed.forgotPassword({ email }),
      resetPassword: () => stubbed.resetPassword({ email, code: confirmationCode, password }),
    };

    await expect(calls[call]()).rejects.toMatchObject({ name: 'IdentityError', code });
  });

  test('that needs more than a password says so', async () => {
    const { identity: stubbed } = await identityAnswered(200, 'none');

    await expect(stubbed.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
      code: 'challenge-required',
    });
  });

  // Neither cognito-local nor moto knows ResendConfirmationCode: what is sent, and every answer to it, is
  // held here.
  test('about a code to send again is the same whoever waits for one', async () => {
    for (const [status, type] of [
      [200, 'none'],
      [400, 'UserNotFoundException'],
      [400, 'InvalidParameterException'],
      [400, 'NotAuthorizedException'],
      [400, 'CodeDeliveryFailureException'],
    ] as const) {
      const { identity: stubbed, asked, given } = await identityAnswered(status, type);
      const email = newAddress();

      await stubbed.resendCode({ email });
      await stubbed.forgotPassword({ email });

      expect(asked).toEqual(['ResendConfirmationCode', 'ForgotPassword']);
      expect(given).toEqual(Array(2).fill({ ClientId: clientId, Username: email }));
    }
  });

  test('that is our own mistake is thrown as it came', async () => {
    const { identity: stubbed } = await identityAnswered(400, 'ResourceNotFoundException');

    await expect(stubbed.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('that does not come is an outage', async () => {
    const away = createIdentity({
      region,
      userPoolId,
      clientId,
      flow: 'password',
      endpoint: 'http://127.0.0.1:1',
    });
    const { identity: broken } = await identityAnswered(500, 'InternalErrorException');

    for (const unreachable of [away, broken])
      await expect(unreachable.authenticate({ email: newAddress(), password })).rejects.toMatchObject({
        code: 'unavailable',
      });
  });
});
