/**
 * Part of a list that is too long to be read at once. `next`: after what the next part begins; absent after
 * the last.
 */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** Reads a list part by part, until there is no more or its reader has enough. */
export async function* pagesOf<Item>(
  read: (after: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
  let after: string | undefined;
  do {
    const { items, next } = await read(after);
    if (items.length > 0) yield items;
    after = next;
  } while (after !== undefined);
}
