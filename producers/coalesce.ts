/** Batches sent at once. Four keep Redis busy over a round trip; more only queue up there. */
const inFlightLimit = 4;

export interface CoalesceOptions<Item, Result> {
  /** Sends a batch; the results are in the order of its items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly bytesOf: (item: Item) => number;
  /** Called when nothing waits and nothing is on its way. */
  readonly onIdle?: () => void;
}

/**
 * Joins concurrent calls into batches without making a lone call wait: a batch leaves at the end of the current turn
 * of the event loop, and while four are on their way the next one fills up.
 */
export function coalesce<Item, Result>(
  options: CoalesceOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { send, maxItems, maxBytes, bytesOf, onIdle } = options;
  const waiting: { item: Item; bytes: number; settle: PromiseWithResolvers<Result> }[] = [];
  let inFlight = 0;
  let scheduled = false;

  const take = () => {
    let bytes = 0;
    let count = 0;
    for (const entry of waiting) {
      if (count === maxItems || (count > 0 && bytes + entry.bytes > maxBytes)) break;
      bytes += entry.bytes;
      count++;
    }
    return waiting.splice(0, count);
  };

  const flush = () => {
    scheduled = false;
    while (waiting.length > 0 && inFlight < inFlightLimit) {
      const batch = take();
      inFlight++;
      void deliver(batch).finally(() => {
        inFlight--;
        flush();
        if (inFlight === 0 && waiting.length === 0) onIdle?.();
      });
    }
  };

  const deliver = async (batch: ReturnType<typeof take>) => {
    try {
      const results = await send(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) entry.settle.resolve(results[index] as Result);
    } catch (error) {
      for (const entry of batch) entry.settle.reject(error);
    }
  };

  return (item) => {
    const settle = Promise.withResolvers<Result>();
    waiting.push({ item, bytes: bytesOf(item), settle });
    if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
    return settle.promise;
  };
}
