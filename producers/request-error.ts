/**
 * Why a call was not accepted.
 *
 * - `invalid-request` the input breaks a limit; the message names the field and the limit
 * - `not-found` a configuration, ticket or record that does not exist
 * - `not-allowed` the actor may not do this
 * - `conflict` it contradicts what is there: a ticket id used before, a ticket past stopping, a player being placed
 * - `refused` a worker refused the job; the message is its reason
 * - `unavailable` the queue Redis did not answer, or takes no new work for the time being: nothing was promised; the message
 *   says why, and when something may have begun
 * - `pending` an operator's command whose caller stopped waiting while a worker was applying it: asked again with the same
 *   `commandId`, it says what became of it
 */
export type RequestErrorCode =
  | 'invalid-request'
  | 'not-found'
  | 'not-allowed'
  | 'conflict'
  | 'refused'
  | 'unavailable'
  | 'pending';

/** The one error of the client: an expected outcome with a code to act on and a message to show. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** Of `unavailable`: the fleet is there and has too much to do, so the same call is welcome again in a while. */
  readonly overloaded: boolean;

  constructor(code: RequestErrorCode, message: string, cause?: unknown, overloaded = false) {
    super(message, { cause });
    this.name = 'RequestError';
    this.code = code;
    this.overloaded = overloaded;
  }
}
