/** Callers remembered at once; of more the one not seen for longest is forgotten, and begins anew. */
const mostCallers = 100_000;

/** Takes one request of a caller: 0, or the ms until the next one is taken. */
export type Take = (caller: string) => number;

/** A bucket each: `perSecond` requests a second, and as many saved up. */
export function openRateLimit(perSecond: number, now: () => number = () => performance.now()): Take {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (caller) => {
    const time = now();
    const known = buckets.get(caller) ?? { tokens: perSecond, at: time };
    const tokens = Math.min(perSecond, known.tokens + ((time - known.at) / 1_000) * perSecond);
    const isOver = tokens < 1;
    // Set anew, so that the map's order is that of the last requests.
    buckets.delete(caller);
    buckets.set(caller, { tokens: isOver ? tokens : tokens - 1, at: time });
    if (buckets.size > mostCallers)
      for (const oldest of buckets.keys()) return forget(buckets, oldest, isOver);
    return isOver ? Math.ceil(((1 - tokens) / perSecond) * 1_000) : 0;
  };
}

function forget(buckets: Map<string, unknown>, oldest: string, isOver: boolean): number {
  buckets.delete(oldest);
  return isOver ? 1_000 : 0;
}
