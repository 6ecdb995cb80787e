import { CognitoIdentityProviderServiceException } from '@aws-sdk/client-cognito-identity-provider';
import { named } from '../../jobs/by-name.ts';
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
 * What Cognito answers, or the named outcome it stands for. Anything else is thrown as it came. The exception
 * is kept as the cause of an outage only: elsewhere it tells what the code keeps quiet about.
 */
export async function answerOf<T>(call: Promise<T>, meanings: Meanings): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof IdentityError) throw error;
    const code = meaningOf(error, meanings);
    if (code === undefined) throw error;
    throw new IdentityError(code, code === 'unavailable' ? { cause: error } : {});
  }
}

/**
 * What Cognito says when there is nobody to send a code to, or the code does not get there: no such user, one
 * in another state, an address that takes no mail. The caller is told the same as when a code is on its way;
 * deliveries that fail are in the pool's own metrics.
 */
const nobodyWaits = new Set([
  'UserNotFoundException',
  'InvalidParameterException',
  'NotAuthorizedException',
  'CodeDeliveryFailureException',
]);

/** Sending a code, which looks the same whoever waits for one. */
export async function unlessNobodyWaits(sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof Error && nobodyWaits.has(error.name))) throw error;
  }
}

function meaningOf(error: unknown, meanings: Meanings): IdentityErrorCode | undefined {
  if (!(error instanceof CognitoIdentityProviderServiceException)) return 'unavailable';
  const meaning = named(meanings, error.name) ?? named(always, error.name);
  if (meaning !== undefined) return meaning;
  return (error.$metadata.httpStatusCode ?? 500) >= 500 ? 'unavailable' : undefined;
}
