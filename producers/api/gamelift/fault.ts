import { problemLine } from '../../../jobs/problem-list.ts';
import { RequestError } from '../../request-error.ts';

/**
 * Errors of the GameLift API that this face answers; each goes out under its bare name: see Retries in the
 * reference.
 */
export type FaultName =
  | 'InvalidRequestException'
  | 'NotFoundException'
  | 'LimitExceededException'
  | 'TaggingFailedException'
  | 'InternalServiceException'
  | 'ServiceUnavailableException'
  | 'ThrottlingException'
  | 'AccessDeniedException'
  | 'UnrecognizedClientException'
  | 'InvalidSignatureException'
  | 'IncompleteSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'SerializationException'
  | 'UnknownOperationException';

const statusOf: Partial<Record<FaultName, number>> = {
  InternalServiceException: 500,
  ServiceUnavailableException: 503,
};

/** An answer that is an error. Clients repeat 5xx by themselves, so what can never succeed is none. */
export class Fault extends Error {
  override readonly name: FaultName;
  readonly status: number;

  constructor(name: FaultName, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = name;
    this.status = statusOf[name] ?? 400;
  }
}

/** What to answer for an error of the client library, or one that nobody expected. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof RequestError))
    return new Fault('InternalServiceException', 'An unexpected error occurred.', error);
  const message = inTheirNames(error);
  switch (error.code) {
    case 'invalid-request':
    case 'conflict':
    case 'refused':
      return new Fault('InvalidRequestException', message, error);
    case 'not-found':
      return new Fault('NotFoundException', message, error);
    case 'not-allowed':
      return new Fault('AccessDeniedException', error.message, error);
    case 'pending':
    case 'unavailable':
      return new Fault(
        error.overloaded ? 'ThrottlingException' : 'ServiceUnavailableException',
        message,
        error,
      );
  }
}

const names: Readonly<Record<string, string>> = {
  configuration: 'ConfigurationName',
  attributes: 'PlayerAttributes',
  body: 'RuleSetBody',
};
const theirs = (name: string): string =>
  Object.hasOwn(names, name) ? (names[name] ?? name) : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

/**
 * The problems with `players[0].attributes.skill` as `Players[0].PlayerAttributes.skill`: keys that a game
 * chose stay as they are.
 */
function inTheirNames({ problems, message }: RequestError): string {
  const lines = problems.map(({ path, message: what }) =>
    problemLine({
      path: path.replace(
        /^([a-z][A-Za-z]*)(\[\d+\])?(\.[a-z][A-Za-z]*)?/,
        (_whole, first: string, index = '', second = '') =>
          `${theirs(first)}${index}${index && second ? `.${theirs(second.slice(1))}` : second}`,
      ),
      message: what,
    }),
  );
  return lines.length > 0 ? lines.join('; ') : message;
}
