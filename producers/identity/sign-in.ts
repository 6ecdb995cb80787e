import {
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { VerifyToken } from './access-token.ts';
import type { Credentials } from './accounts.ts';
import { answerOf, type Meanings } from './cognito-outcome.ts';
import { IdentityError } from './identity-error.ts';
import { checked, credentials, refreshing } from './inputs.ts';

/** A signed-in player. `expiresIn`: seconds until `accessToken` has to be refreshed. */
interface SignedIn {
  readonly playerId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** Getting tokens and giving them back. */
export interface SignIn {
  authenticate(given: Credentials): Promise<SignedIn>;
  refresh(given: { readonly refreshToken: string }): Promise<SignedIn>;
  /** Ends what this refresh token began. Access tokens already out stay good until they expire. */
  signOut(given: { readonly refreshToken: string }): Promise<void>;
}

const authenticating: Meanings = {
  NotAuthorizedException: 'invalid-credentials',
  UserNotFoundException: 'invalid-credentials',
  PasswordResetRequiredException: 'invalid-credentials',
  // What cognito-local says of a wrong password.
  InvalidPasswordException: 'invalid-credentials',
  UserNotConfirmedException: 'not-confirmed',
};

const presenting: Meanings = {
  NotAuthorizedException: 'token-invalid',
  InvalidParameterException: 'token-invalid',
  UserNotFoundException: 'token-invalid',
  UnsupportedTokenTypeException: 'token-invalid',
};

export function createSignIn(
  cognito: CognitoIdentityProviderClient,
  clientId: string,
  verify: VerifyToken,
): SignIn {
  /** What a sign-in hands out. Verified at once: a pool or client configured wrongly shows here, not at the first job. */
  async function signedIn(result: AuthenticationResultType | undefined, kept?: string): Promise<SignedIn> {
    const accessToken = result?.AccessToken;
    const refreshToken = result?.RefreshToken ?? kept;
    if (!accessToken || !refreshToken) throw new IdentityError('challenge-required');
    const { playerId, lifetime } = await verify(accessToken);
    return { playerId, accessToken, refreshToken, expiresIn: lifetime };
  }

  return {
    async authenticate(given) {
      const { email, password } = checked(credentials, given);
      const command = new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: password },
      });
      const answer = await answerOf(cognito.send(command), authenticating);
      return signedIn(answer.AuthenticationResult);
    },

    async refresh(given) {
      const { refreshToken } = checked(refreshing, given);
      const command = new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: refreshToken },
      });
      const answer = await answerOf(cognito.send(command), presenting);
      return signedIn(answer.AuthenticationResult, refreshToken);
    },

    async signOut(given) {
      const { refreshToken } = checked(refreshing, given);
      await answerOf(
        cognito.send(new RevokeTokenCommand({ ClientId: clientId, Token: refreshToken })),
        presenting,
      );
    },
  };
}
