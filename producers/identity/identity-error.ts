/**
 * Why an identity call did not succeed. Nothing here tells whether an address has an account.
 *
 * - `invalid-request` an input breaks a limit; the message names the field
 * - `invalid-credentials` unknown address, wrong password, or a password that has to be reset
 * - `not-confirmed` the password is right, the address is not confirmed yet
 * - `challenge-required` the password is right and Cognito wants more: a new password, a second factor
 * - `code-mismatch` a wrong, used or expired code, or an address that waits for none
 * - `user-name-taken` somebody else has that name; only pools whose players choose user names say so
 * - `weak-password` the pool's password policy refuses it
 * - `token-expired` authenticate again, or refresh
 * - `token-invalid` forged, revoked, of another pool or client, or not an access token
 * - `throttled` too many tries; wait
 * - `unavailable` Cognito did not answer; try again
 */
export type IdentityErrorCode =
  | 'invalid-request'
  | 'invalid-credentials'
  | 'not-confirmed'
  | 'challenge-required'
  | 'code-mismatch'
  | 'user-name-taken'
  | 'weak-password'
  | 'token-expired'
  | 'token-invalid'
  | 'throttled'
  | 'unavailable';

const messages: Readonly<Record<Exclude<IdentityErrorCode, 'invalid-request'>, string>> = {
  'invalid-credentials': 'address and password do not match, or the password has to be reset',
  'not-confirmed': 'the address is not confirmed',
  'challenge-required':
    'signing in takes a new password or a second factor, which this client does not offer',
  'code-mismatch': 'the code is wrong or expired',
  'user-name-taken': 'the user name is taken',
  'weak-password': 'the password does not meet the password policy',
  'token-expired': 'the access token has expired',
  'token-invalid': 'the token is not valid',
  throttled: 'too many tries; wait before the next one',
  unavailable: 'Cognito did not answer',
};

/** An expected outcome of an identity call. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;

  constructor(code: IdentityErrorCode, detail: { readonly message?: string; readonly cause?: unknown } = {}) {
    super(detail.message ?? (code === 'invalid-request' ? 'the request is invalid' : messages[code]), {
      cause: detail.cause,
    });
    this.name = 'IdentityError';
    this.code = code;
  }
}
