/**
 * Does something every `ms`, never twice at once; a failure is reported and the next turn tries again.
 * Returns a function that ends it and waits for the turn under way.
 */
export function repeat(
  ms: number,
  work: () => Promise<void>,
  onError: (error: Error) => void,
): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    turn = work()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, ms);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}
