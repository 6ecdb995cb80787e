import { firstProblem, type Job, type Outcome, type Refusal } from '../../jobs/contract.ts';

/** An item that parses, and its place in the job. */
export interface GoodItem {
  readonly index: number;
  readonly item: unknown;
}

/** The items of a job that its contract takes, and why it does not take the others. */
export function sortItems(
  job: Job,
  items: readonly unknown[],
): { readonly good: readonly GoodItem[]; readonly bad: readonly Refusal[] } {
  const good: GoodItem[] = [];
  const bad: Refusal[] = [];
  for (const [index, raw] of items.entries()) {
    const parsed = job.item.safeParse(raw);
    if (parsed.success) good.push({ index, item: parsed.data });
    else bad.push({ index, reason: firstProblem(parsed.error, `items[${index}]`) });
  }
  return { good, bad };
}

/** What the job returns: where each item has a result, each at the place of its item. */
export function resultOf(
  { result, results }: Extract<Outcome, { kind: 'done' }>,
  good: readonly GoodItem[],
  length: number,
): unknown {
  if (!results) return result;
  const placed: unknown[] = Array(length).fill(null);
  for (const [at, { index }] of good.entries()) placed[index] = results[at] ?? null;
  return placed;
}
