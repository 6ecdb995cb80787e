import { boundedProblems, type Problem, problemLine, problemList, problemsIn } from '../jobs/problem-list.ts';

/**
 * Why a call was not accepted.
 *
 * - `invalid-request` the input breaks a limit; `problems` names each field and its limit
 * - `not-found` a configuration, ticket or record that does not exist
 * - `not-allowed` the actor may not do this
 * - `conflict` it contradicts what is there: a ticket id used before, a ticket past stopping, a player being
 *   placed
 * - `refused` a worker refused the job; the message is its reason
 * - `unavailable` the queue Redis or a worker did not answer, or takes no new work for the time being; the
 *   message says why, and `outcome` whether anything may have been done
 * - `pending` an operator's command whose caller stopped waiting while a worker was applying it: asked again
 *   with the same `commandId`, it says what became of it
 */
export type RequestErrorCode =
  | 'invalid-request'
  | 'not-found'
  | 'not-allowed'
  | 'conflict'
  | 'refused'
  | 'unavailable'
  | 'pending';

/**
 * `not-done`: nothing was changed. `unknown`: it may be done, now or later; asking again with the same ids is
 * harmless.
 */
export type RequestOutcome = 'not-done' | 'unknown';

interface More {
  readonly cause?: unknown;
  /** What to show instead of the problems, one after the other. */
  readonly message?: string;
}

interface MoreOfUnavailable extends More {
  readonly outcome: RequestOutcome;
  readonly overloaded?: boolean;
}

/** The one error of the client: an expected outcome with a code to act on and a message to show. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  /**
   * Each wrong field of the request by its path (`players[0].attributes.skill`), of many the first 20; empty
   * where none is wrong.
   */
  readonly problems: readonly Problem[];
  readonly outcome: RequestOutcome;
  /**
   * Of `unavailable`: the fleet is there and has too much to do, so the same call is welcome again in a
   * while.
   */
  readonly overloaded: boolean;

  constructor(code: Exclude<RequestErrorCode, 'unavailable'>, what: string | readonly Problem[], more?: More);
  constructor(code: 'unavailable', what: string | readonly Problem[], more: MoreOfUnavailable);
  constructor(
    code: RequestErrorCode,
    what: string | readonly Problem[],
    { cause, message, outcome, overloaded = false }: Partial<MoreOfUnavailable> = {},
  ) {
    const problems = typeof what === 'string' ? [] : what;
    const text = typeof what === 'string' ? what : problemList(what.map(problemLine)).join('; ');
    super(message ?? text, { cause });
    this.code = code;
    this.problems = boundedProblems(problems);
    this.outcome = outcome ?? (code === 'pending' ? 'unknown' : 'not-done');
    this.overloaded = overloaded;
  }

  /** The same error for a call that had changed something before it failed. */
  afterChanges(): RequestError {
    const { code, message, overloaded } = this;
    const more = { message, overloaded, outcome: 'unknown', cause: this } as const;
    return new RequestError(code as 'unavailable', this.problems, more);
  }
}

/** A worker's refusal, by the reason that it gave. */
export const refused = (reason: string): RequestError =>
  new RequestError('refused', problemsIn(reason), { message: reason });

/** What is wrong with one field of a request. */
export const at = (path: string, message: string): Problem[] => [{ path, message }];
