import type { Redis } from 'ioredis';
import { RequestError } from '../request-error.ts';

/** The queue Redis, as a client has it. */
export interface Connection {
  readonly redis: Redis;
  /** Which server is away, and why as far as the connection knows: for messages. */
  readonly whyAway: () => string;
}

/** What calls do while the queue Redis is away. */
export type WhenAway =
  /** They are refused at once: nothing was promised. */
  | { readonly kind: 'fail' }
  /** They wait, at most `most` of them and each at most `ms`, and go on when it is back. */
  | { readonly kind: 'wait'; readonly ms: number; readonly most: number };

/** Resolves when a call may go on; throws `unavailable` when it may not. */
export type Gate = () => Promise<void>;

/**
 * Lets calls through while Redis is there, and none once the client is closed. Those that wait have sent
 * nothing yet.
 */
export function openGate({ redis, whyAway }: Connection, whenAway: WhenAway, closing: AbortSignal): Gate {
  const refuseClosed = () => {
    if (closing.aborted) throw closed();
  };
  if (whenAway.kind === 'fail') return async () => refuseClosed();
  const { ms, most } = whenAway;
  let waiting = 0;
  let back: Promise<void> | undefined;

  return async () => {
    refuseClosed();
    if (redis.status === 'ready') return;
    if (waiting === most)
      throw new RequestError('unavailable', `${most} calls wait already; ${whyAway()}`, {
        outcome: 'not-done',
      });
    waiting++;
    back ??= readyAgain(redis, closing).finally(() => {
      back = undefined;
    });
    try {
      await within(ms, back, whyAway);
    } finally {
      waiting--;
    }
  };
}

export const closed = (): RequestError =>
  new RequestError('unavailable', 'the client is closed; nothing was queued', { outcome: 'not-done' });

/**
 * Resolves when the connection works, throws once the client is closed; errors on the way there are for its
 * listeners.
 */
export const readyAgain = (redis: Redis, closing?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = () => reject(closed());
    closing?.addEventListener('abort', refuse, { once: true });
    redis.once('ready', () => {
      closing?.removeEventListener('abort', refuse);
      resolve();
    });
  });

/** Waits, but not longer than `ms`; then throws `unavailable` with the reason. */
export async function within(ms: number, work: Promise<unknown>, whyAway: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new RequestError(
      'unavailable',
      `waited ${Math.round(ms)} ms, nothing was queued; ${whyAway()}`,
      { outcome: 'not-done' },
    );
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
