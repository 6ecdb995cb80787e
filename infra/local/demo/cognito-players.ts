import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createIdentity } from '../../../producers/identity/identity.ts';
import { confirmationCode } from '../cognito.ts';

const password = 'Correct-horse-7';

/** A user pool of this run, with players in it who signed up, confirmed and signed in. */
export async function signUpPlayers(env: NodeJS.ProcessEnv, count: number) {
  const { AWS_REGION: region = 'us-east-1', COGNITO_ENDPOINT: endpoint = '' } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId = 'local', AWS_SECRET_ACCESS_KEY: secretAccessKey = 'local' } = env;
  const cognito = new CognitoIdentityProviderClient({
    region,
    endpoint,
    credentials: { accessKeyId, secretAccessKey },
  });
  const pool = await cognito.send(
    new CreateUserPoolCommand({
      PoolName: 'players',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
    }),
  );
  const userPoolId = pool.UserPool?.Id ?? '';
  const app = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: userPoolId,
      ClientName: 'demo',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  cognito.destroy();
  const clientId = app.UserPoolClient?.ClientId ?? '';
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
    const email = `player-${n}@example.com`;
    await identity.register({ email, password });
    await identity.confirm({ email, code: confirmationCode });
    const { playerId, accessToken } = await identity.authenticate({ email, password });
    players.push({ playerId, accessToken });
  }
  return { players, verify: identity.verify };
}
