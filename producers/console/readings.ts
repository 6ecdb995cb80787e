/** Readings kept at once; of more, the one that was made first goes. */
const mostKept = 1_000;

/**
 * A reading is used for at least ten times as long as it took: looking takes at most a tenth of a
 * connection's time.
 */
const restFactor = 10;

interface Reading {
  readonly value: Promise<unknown>;
  until: number;
}

/** One reading for everybody who looks, however many they are. */
export function openSharedReadings(now: () => number = () => performance.now()) {
  const kept = new Map<string, Reading>();

  const begin = (key: string, freshMs: number, read: () => Promise<unknown>): Reading => {
    const startedAt = now();
    const reading: Reading = { value: read(), until: Number.POSITIVE_INFINITY };
    const rest = () => {
      reading.until = now() + Math.max(freshMs, restFactor * (now() - startedAt));
    };
    // What failed is tried again by who asks next.
    reading.value.then(rest, () => kept.delete(key));
    kept.delete(key);
    kept.set(key, reading);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '');
    return reading;
  };

  return {
    /** What `read` gave lately under this key; it is asked again once that is older than `freshMs`. */
    read<Value>(key: string, freshMs: number, read: () => Promise<Value>): Promise<Value> {
      const known = kept.get(key);
      const reading = known && known.until > now() ? known : begin(key, freshMs, read);
      return reading.value as Promise<Value>;
    },

    /** Something was changed: whatever is asked next is read anew. */
    forget: (): void => kept.clear(),
  };
}

export type SharedReadings = ReturnType<typeof openSharedReadings>;
