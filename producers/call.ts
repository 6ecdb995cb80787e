import type { Actor } from '../jobs/contract.ts';
import { type CallName, mayCall } from '../jobs/permissions.ts';
import { reaching } from './connection/connection.ts';
import type { Gate } from './connection/gate.ts';
import { at, RequestError } from './request-error.ts';

/** Who asks with one call, and how long they wait. */
export interface CallOptions {
  /** A player may act only for themselves and for tickets they are in. Default: the client's actor. */
  readonly actor?: Actor;
  /**
   * Aborted, the call throws the signal's reason. What waits for Redis is not sent any more; what was sent
   * may still be done, and asking again with the same ids is harmless.
   */
  readonly signal?: AbortSignal;
  /**
   * The call's own id, for a caller that repeats calls itself: StartMatchmaking and StartMatchBackfill give a
   * repeat their first answer. Default: a new one for each call.
   */
  readonly callId?: string;
  /** The key, name~secret, that signs the operator's command that this call gives. Default: the client's. */
  readonly operatorKey?: string;
}

/** What a call works with once it may go on. */
export interface Calling {
  readonly actor: Actor;
  readonly signal: AbortSignal | undefined;
  /**
   * How many calls of the client were under way when it began, itself included; each item of a call with many
   * counts as one.
   */
  readonly underWay: number;
  /** From now on the call has changed something: whatever it fails of, its outcome is unknown. */
  readonly begun: () => void;
}

export type Call = <T>(
  name: CallName,
  options: CallOptions,
  work: (calling: Calling) => Promise<T>,
  /** How many calls it counts as; default 1. */
  weight?: number,
) => Promise<T>;

/** What every call goes through: may this actor ask for it, is Redis there, does the caller still wait. */
export function openCalls(self: Actor, gate: Gate, whyAway: () => string): Call {
  let calls = 0;
  return async (name, { actor = self, signal }, work, weight = 1) => {
    signal?.throwIfAborted();
    requireMay(name, actor);
    calls += weight;
    const underWay = calls;
    let hasBegun = false;
    const begun = () => {
      hasBegun = true;
    };
    const step = async () => {
      await gate();
      signal?.throwIfAborted();
      return work({ actor, signal, underWay, begun });
    };
    try {
      return await unlessAborted(signal, reaching(step, whyAway));
    } catch (error) {
      throw hasBegun && error instanceof RequestError ? error.afterChanges() : error;
    } finally {
      calls -= weight;
    }
  };
}

export function requireMay(name: CallName, actor: Actor): void {
  if (!mayCall(name, actor))
    throw new RequestError('not-allowed', at('actor', `a player may not ask for ${name}`));
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
