import { CognitoIdentityProviderServiceException } from '@aws-sdk/client-cognito-identity-provider';
import { IdentityError, type IdentityErrorCode } from './identity-error.ts';

/** What Cognito's exceptions mean to the caller of one operation. Exceptions not named are faults of ours. */
export type Meanings = Readonly<Record<string, IdentityErrorCode>>;

/** The same everywhere. */
const always: Meanings = {
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  TooManyFailedAttemptsException: 'throttled',
  InternalErrorException: 'unavailable',
};

/**
 * What Cognito answers, or the named outcome it stands for. Anything else is thrown as it came. The exception is kept
 * as the cause of an outage only: elsewhere it tells what the code keeps quiet about.
 */
export async function answerOf<T>(call: Promise<T>, meanings: Meanings): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const code = meaningOf(error, meanings);
    if (code === undefined) throw error;
    throw new IdentityError(code, code === 'unavailable' ? { cause: error } : {});
  }
}

function meaningOf(error: unknown, meanings: Meanings): IdentityErrorCode | undefined {
  if (!(error instanceof CognitoIdentityProviderServiceException)) return 'unavailable';
  const named = meanings[error.name] ?? always[error.name];
  if (named !== undefined) return named;
  return (error.$metadata.httpStatusCode ?? 500) >= 500 ? 'unavailable' : undefined;
}
