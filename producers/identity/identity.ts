import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createVerifier } from './access-token.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { access, checked } from './inputs.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

export interface IdentityOptions {
  readonly region: string;
  readonly userPoolId: string;
  /** A public app client: without a secret, `USER_PASSWORD_AUTH` and `REFRESH_TOKEN_AUTH` allowed. */
  readonly clientId: string;
  /** Only for a Cognito elsewhere than in AWS. */
  readonly endpoint?: string | undefined;
  /** Who its tokens say issued them. Default: Cognito in AWS, by its regional and its global name. */
  readonly issuer?: string | undefined;
}

/** Players and their tokens. Every expected failure is an `IdentityError`. */
export interface Identity extends Accounts, SignIn {
  /** Whose access token this is. No call is made but for the pool's keys, once. */
  verify(accessToken: string): Promise<{ readonly playerId: string }>;
}

/** Waits for Cognito, in ms; the SDK tries three times. */
const patience = { connectionTimeout: 2_000, requestTimeout: 5_000 };

export function createIdentity(options: IdentityOptions): Identity {
  const { region, userPoolId, clientId, endpoint, issuer } = options;
  const cognito = new CognitoIdentityProviderClient({
    region,
    requestHandler: patience,
    ...(endpoint !== undefined && { endpoint }),
  });
  const verifyToken = createVerifier(issuer ? [issuer] : issuersInAws(region, userPoolId), clientId);

  return {
    ...createAccounts(cognito, clientId),
    ...createSignIn(cognito, clientId, verifyToken),
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
