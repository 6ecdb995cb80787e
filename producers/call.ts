import { type Actor, type Job, mayAsk } from '../jobs/contract.ts';
import { reaching } from './connection.ts';
import { RequestError } from './request-error.ts';

/** Who asks with one call, and how long they wait. */
export interface CallOptions {
  /** A player may act only for themselves and for tickets they are in. Default: the client's actor. */
  readonly actor?: Actor;
  /**
   * Aborted, the call throws the signal's reason. What it has sent by then may still be done: asking again with the same
   * ids is harmless.
   */
  readonly signal?: AbortSignal;
}

/** What a call works with once it may go on. */
export interface Calling {
  readonly actor: Actor;
  readonly signal: AbortSignal | undefined;
}

export type Call = <T>(
  job: Pick<Job, 'kind' | 'askedBy'>,
  options: CallOptions,
  work: (calling: Calling) => Promise<T>,
) => Promise<T>;

/** What every call of the client goes through: may this actor ask for it, and does the caller still wait. */
export function openCalls(self: Actor): Call {
  return async (job, { actor = self, signal }, work) => {
    signal?.throwIfAborted();
    if (!mayAsk(job, actor))
      throw new RequestError('not-allowed', `actor: a player may not ask for ${job.kind}`);
    return unlessAborted(
      signal,
      reaching(() => work({ actor, signal })),
    );
  };
}

/** The work's outcome, or the signal's reason if that comes first. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
