import {
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  type RespondToAuthChallengeCommandOutput,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import type { VerifyToken } from './access-token.ts';
import type { Credentials } from './accounts.ts';
import { answerOf, type Meanings } from './cognito-outcome.ts';
import { IdentityError } from './identity-error.ts';
import { access, checked, credentials, refreshing } from './inputs.ts';
import { beginSrp } from './srp.ts';

/** A signed-in player. `expiresIn`: seconds until `accessToken` has to be refreshed. */
interface SignedIn {
  readonly playerId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/**
 * How a password is presented: proved by SRP, so that it never leaves this process, or sent to Cognito over
 * TLS.
 */
export type SignInFlow = 'srp' | 'password';

/** Getting tokens and giving them back. */
export interface SignIn {
  /**
   * Answers no second factor: a player who has one gets `challenge-required`, and signs in with Cognito's own
   * SDK.
   */
  authenticate(given: Credentials): Promise<SignedIn>;
  refresh(given: { readonly refreshToken: string }): Promise<SignedIn>;
  /** Ends what this refresh token began. Access tokens already out stay good until they expire. */
  signOut(given: { readonly refreshToken: string }): Promise<void>;
  /** Ends every sign-in of the player whose access token this is, on all their devices. */
  signOutEverywhere(given: { readonly accessToken: string }): Promise<void>;
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

/** Hex numbers of the group's size at most: a bound on the arithmetic done with them. */
const hexNumber = z.string().regex(/^[0-9a-f]{1,1024}$/i);
const challengeForm = z.object({
  SRP_B: hexNumber,
  SALT: hexNumber,
  SECRET_BLOCK: z.string().max(16_384),
  USER_ID_FOR_SRP: z.string().max(256),
});

export interface SignInParts {
  readonly cognito: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly flow: SignInFlow;
  readonly verify: VerifyToken;
}

export function createSignIn({ cognito, userPoolId, clientId, flow, verify }: SignInParts): SignIn {
  /**
   * What a sign-in hands out. Verified at once: a pool or client configured wrongly shows here, not at the
   * first job.
   */
  async function signedIn(result: AuthenticationResultType | undefined, kept?: string): Promise<SignedIn> {
    const accessToken = result?.AccessToken;
    const refreshToken = result?.RefreshToken ?? kept;
    if (!accessToken || !refreshToken) throw new IdentityError('challenge-required');
    const { playerId, expiresAt } = await verify(accessToken);
    const expiresIn = expiresAt - Math.floor(Date.now() / 1_000);
    return { playerId, accessToken, refreshToken, expiresIn };
  }

  const sendPassword = ({ email, password }: Credentials): Promise<InitiateAuthCommandOutput> => {
    const command = new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    });
    return answerOf(cognito.send(command), authenticating);
  };

  async function proveBySrp({ email, password }: Credentials): Promise<RespondToAuthChallengeCommandOutput> {
    const srp = beginSrp(userPoolId);
    const begin = new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: email, SRP_A: srp.A },
    });
    const { ChallengeName, ChallengeParameters, Session } = await answerOf(
      cognito.send(begin),
      authenticating,
    );
    if (ChallengeName !== 'PASSWORD_VERIFIER') throw new IdentityError('challenge-required');
    const challenge = challengeForm.parse(ChallengeParameters);
    const answer = srp.answer(challenge, password, new Date());
    if (!answer) throw new IdentityError('invalid-credentials');
    const prove = new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName,
      Session,
      ChallengeResponses: {
        ...answer,
        USERNAME: challenge.USER_ID_FOR_SRP,
        PASSWORD_CLAIM_SECRET_BLOCK: challenge.SECRET_BLOCK,
      },
    });
    return answerOf(cognito.send(prove), authenticating);
  }

  return {
    async authenticate(given) {
      const checkedIn = checked(credentials, given);
      const answer = await (flow === 'srp' ? proveBySrp(checkedIn) : sendPassword(checkedIn));
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

    async signOutEverywhere(given) {
      const { accessToken } = checked(access, given);
      await answerOf(cognito.send(new GlobalSignOutCommand({ AccessToken: accessToken })), presenting);
    },
  };
}
