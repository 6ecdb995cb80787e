export interface CoalesceOptions<Item, Result> {
  /** Sends a batch; the results are in the order of its items. A throw rejects every item of the batch. */
  readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  /** Most bytes of one batch, by `bytesOf`. Default: no bound. */
  readonly maxBytes?: number;
  readonly bytesOf?: (item: Item) => number;
  /** Batches on their way at once; while that many are, the next one fills up. */
  readonly inFlight: number;
  /** Runs the function at the end of the current turn of the event loop: `setImmediate`. */
  readonly schedule: (flush: () => void) => unknown;
  /** Called when nothing waits and nothing is on its way. */
  readonly onIdle?: () => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins concurrent calls into batches without making a lone call wait: a batch leaves at the end of the
 * current turn of the event loop, and what comes while others are on their way shares the next one. The
 * busier the caller, the larger the batches.
 */
export function coalesce<Item, Result>(
  options: CoalesceOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { send, maxItems, maxBytes = Number.POSITIVE_INFINITY, bytesOf = () => 0, onIdle } = options;
  const waiting: Waiting<Item, Result>[] = [];
  let onTheWay = 0;
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
    while (waiting.length > 0 && onTheWay < options.inFlight) {
      const batch = take();
      onTheWay++;
      void deliver(batch).finally(() => {
        onTheWay--;
        flush();
        if (onTheWay === 0 && waiting.length === 0) onIdle?.();
      });
    }
  };

  const deliver = async (batch: ReturnType<typeof take>) => {
    try {
      const results = await send(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) entry.resolve(results[index] as Result);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, bytes: bytesOf(item), resolve, reject });
      if (scheduled) return;
      scheduled = true;
      options.schedule(flush);
    });
}
