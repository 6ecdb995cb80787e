import { isUnreachable } from '../records/database.ts';
import { isOfTheStore } from '../runtime/store-trouble.ts';

const wouldFailForAll = (error: unknown): boolean => isUnreachable(error) || isOfTheStore(error);

/**
 * Does repeatable work on all items at once and, where that throws, on each half alone: an item that cannot
 * be worked on leaves the others be. Throws what the first such item threw, once the others are done; at once
 * where a store fails for all of them.
 */
export async function takeApart<Item>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await work(items);
  } catch (error) {
    if (items.length === 1 || wouldFailForAll(error) || signal.aborted) throw error;
    const middle = Math.ceil(items.length / 2);
    const troubles: unknown[] = [];
    for (const half of [items.slice(0, middle), items.slice(middle)])
      await takeApart(half, work, signal).catch((trouble: unknown) => {
        if (wouldFailForAll(trouble)) throw trouble;
        troubles.push(trouble);
      });
    if (troubles.length > 0) throw troubles[0];
  }
}
