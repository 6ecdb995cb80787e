import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createVerifier } from './access-token.ts';
import { type Accounts, createAccounts, type UserNames } from './accounts.ts';
import { access, checked } from './inputs.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createSignIn, type SignIn, type SignInFlow } from './sign-in.ts';

export interface IdentityOptions {
  readonly region: string;
  readonly userPoolId: string;
  /** A public app client: without a secret, and allowed the flow below and `REFRESH_TOKEN_AUTH`. */
  readonly clientId: string;
  /** `srp` wants `USER_SRP_AUTH`, `password` wants `USER_PASSWORD_AUTH` of the app client. Default: `srp`. */
  readonly flow?: SignInFlow | undefined;
  /** What the pool's user names are, `players.userNames` of its stage. Default: `email`. */
  readonly userNames?: UserNames | undefined;
  /**
   * How far (seconds) this machine's clock may be off Cognito's before a token counts as expired. Default:
   * 30.
   */
  readonly clockSkewSeconds?: number | undefined;
  /** Only for a Cognito elsewhere than in AWS: it is asked for the pool's keys too. */
  readonly endpoint?: string | undefined;
  /** Who its tokens say issued them. Default: Cognito in AWS, by its regional and its global name. */
  readonly issuer?: string | undefined;
}

/** Players and their tokens. Every expected failure is an `IdentityError`. */
export interface Identity extends Accounts, Passwords, SignIn {
  /** Whose access token this is. No call is made but for the pool's keys, once. */
  verify(accessToken: string): Promise<{ readonly playerId: string }>;
}

/** Waits for Cognito, in ms; the SDK tries three times. */
const patience = { connectionTimeout: 2_000, requestTimeout: 5_000 };

export function createIdentity(options: IdentityOptions): Identity {
  const { region, userPoolId, clientId, endpoint, issuer } = options;
  const { flow = 'srp', userNames = 'email', clockSkewSeconds = 30 } = options;
  const cognito = new CognitoIdentityProviderClient({
    region,
    requestHandler: patience,
    ...(endpoint !== undefined && { endpoint }),
  });
  const issuers = issuer ? [issuer] : issuersInAws(region, userPoolId);
  const keysAt = endpoint && !issuer ? `${endpoint}/${userPoolId}` : undefined;
  const verifyToken = createVerifier({ issuers, keysAt, clientId, clockSkewSeconds });

  return {
    ...createAccounts(cognito, clientId, userNames),
    ...createPasswords(cognito, clientId),
    ...createSignIn({ cognito, userPoolId, clientId, flow, verify: verifyToken }),
    async verify(given) {
      const { accessToken } = checked(access, { accessToken: given });
      const { playerId } = await verifyToken(accessToken);
      return { playerId };
    },
  };
}

/** A pool in AWS issues tokens under either name, by its setting. */
const issuersInAws = (region: string, userPoolId: string): string[] => [
  `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
  `https://issuer-cognito-idp.${region}.amazonaws.com/${userPoolId}`,
];
