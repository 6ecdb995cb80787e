import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { passwordFlow, playerClient, playerPool } from '../player-pool.ts';

/** By these variables players' identity is found. */
export interface PlayersVariables {
  readonly USER_POOL_ID: string;
  readonly USER_POOL_CLIENT_ID: string;
}

/**
 * Makes the players' user pool and its client in the Cognito at an address of this machine, which takes any
 * account.
 */
export async function makePlayers(endpoint: string): Promise<PlayersVariables> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const cognito = new CognitoIdentityProviderClient({ region: 'us-east-1', endpoint, credentials });
  try {
    const pool = await cognito.send(new CreateUserPoolCommand({ PoolName: 'players', ...playerPool }));
    const UserPoolId = pool.UserPool?.Id ?? '';
    const client = await cognito.send(
      new CreateUserPoolClientCommand({
        ...playerClient,
        ExplicitAuthFlows: [...playerClient.ExplicitAuthFlows, passwordFlow],
        UserPoolId,
        ClientName: 'game',
      }),
    );
    return { USER_POOL_ID: UserPoolId, USER_POOL_CLIENT_ID: client.UserPoolClient?.ClientId ?? '' };
  } finally {
    cognito.destroy();
  }
}
