import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import {
  FetchError,
  JwksValidationError,
  JwtBaseError,
  JwtExpiredError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { IdentityError } from './identity-error.ts';

interface AccessClaims {
  /** The player: the `sub` of their Cognito identity. */
  readonly playerId: string;
  /** When the token expires, seconds since 1970. */
  readonly expiresAt: number;
}

export type VerifyToken = (accessToken: string) => Promise<AccessClaims>;

/**
 * Longest wait (ms) for the pool's keys. They are fetched once and again when a token names a key not seen
 * yet.
 */
const keysTimeoutMs = 3_000;

export interface VerifierOptions {
  readonly issuers: readonly string[];
  /** Where `/.well-known/jwks.json` is. Default: at each issuer. */
  readonly keysAt: string | undefined;
  readonly clientId: string;
  readonly clockSkewSeconds: number;
}

/**
 * Checks access tokens of one client of one pool: signature by the pool's keys, issuer, expiry, `token_use`
 * and `client_id`. A verified token is good until it expires, signed out or not: no call is made to ask.
 */
export function createVerifier({
  issuers,
  keysAt,
  clientId,
  clockSkewSeconds,
}: VerifierOptions): VerifyToken {
  const verifier = JwtVerifier.create(
    issuers.map((issuer) => ({
      issuer,
      jwksUri: `${keysAt ?? issuer}/.well-known/jwks.json`,
      // Access tokens have no audience; their client is in `client_id`.
      audience: null,
      graceSeconds: clockSkewSeconds,
      customJwtCheck: ({ payload }: { payload: JwtPayload }) =>
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId }),
    })),
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );

  return async function verify(accessToken: string): Promise<AccessClaims> {
    try {
      const { sub, exp } = await verifier.verify(accessToken);
      // Without `exp` the library finds nothing to check, and a token would be good for ever.
      if (!sub || exp === undefined) throw new IdentityError('token-invalid');
      return { playerId: sub, expiresAt: exp };
    } catch (error) {
      throw outcomeOf(error);
    }
  };
}

/** In place of the library's own, which speaks HTTPS only: a Cognito on this machine has none. */
async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(uri, { signal: AbortSignal.timeout(keysTimeoutMs) });
    if (response.ok) return await response.arrayBuffer();
    throw new FetchError(uri, `status ${response.status}`);
  } catch (error) {
    throw error instanceof FetchError ? error : new FetchError(uri, String(error));
  }
}

function outcomeOf(error: unknown): unknown {
  if (error instanceof JwtExpiredError) return new IdentityError('token-expired');
  const keysAway = [FetchError, JwksValidationError, WaitPeriodNotYetEndedJwkError];
  if (keysAway.some((kind) => error instanceof kind))
    return new IdentityError('unavailable', { cause: error });
  return error instanceof JwtBaseError ? new IdentityError('token-invalid', { cause: error }) : error;
}
