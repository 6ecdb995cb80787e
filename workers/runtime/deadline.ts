/** A signal that must be let go of when what it watches over has ended. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** The work took longer than it may. */
class LateError extends Error {}

export const isLate = (error: unknown): boolean => error instanceof LateError;

/**
 * Aborted with the first of the signals, or after `ms` with an error that `isLate` knows and that says
 * `message`. What `AbortSignal.any` does, without its weak references, which take as much time as the rest of
 * a job that does nothing.
 */
export function openDeadline(signals: readonly AbortSignal[], ms: number, message: string): Deadline {
  const ending = new AbortController();
  // A listener of its own for each: Node tells only the first listener of a signal which signal it was.
  const watched = signals.map((signal) => ({ signal, end: () => ending.abort(signal.reason) }));
  for (const { signal, end } of watched) {
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  }
  const timer = setTimeout(() => ending.abort(new LateError(message)), ms);
  return {
    signal: ending.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const { signal, end } of watched) signal.removeEventListener('abort', end);
    },
  };
}
