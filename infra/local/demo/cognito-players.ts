import { randomUUID } from 'node:crypto';
import { createIdentity } from '../../../producers/identity/identity.ts';

const password = 'Correct-horse-7';

/** Players of the stack's user pool who signed up, confirmed and signed in. */
export async function signUpPlayers(env: NodeJS.ProcessEnv, count: number) {
  const { AWS_REGION: region = 'us-east-1', COGNITO_ENDPOINT: endpoint = '' } = env;
  const { USER_POOL_ID: userPoolId, USER_POOL_CLIENT_ID: clientId, CODE_FROM_MAIL: code = '' } = env;
  if (!userPoolId || !clientId)
    throw new Error('Cannot sign players up: USER_POOL_ID and USER_POOL_CLIENT_ID name no pool and client');
  const identity = createIdentity({
    region,
    userPoolId,
    clientId,
    // cognito-local speaks no SRP.
    flow: 'password',
    endpoint,
    issuer: `${endpoint}/${userPoolId}`,
  });

  const players = [];
  for (let n = 1; n <= count; n++) {
    const email = `${randomUUID()}@example.com`;
    await identity.register({ email, password });
    await identity.confirm({ email, code });
    const { playerId, accessToken } = await identity.authenticate({ email, password });
    players.push({ playerId, accessToken });
  }
  return { players, verify: identity.verify };
}
