/** ` (did you mean "x"?)` when one of `allowed` is close enough to be a slip of the pen, else nothing. */
export function didYouMean(found: string, allowed: Iterable<string>): string {
  const near = nearest(found, allowed);
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

/** Nobody mistypes a longer word for another, and comparing two costs the product of their lengths. */
const longestWord = 32;

/**
 * The closest spelling within a third of the word's length, case ignored; none of a word of more than 32
 * letters.
 */
export function nearest(found: string, allowed: Iterable<string>): string | undefined {
  if (found.length > longestWord) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(found.length / 3)) + 1;
  for (const word of allowed) {
    if (Math.abs(word.length - found.length) >= bestDistance) continue;
    const distance = editDistance(found.toLowerCase(), word.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [word, distance];
  }
  return best;
}

/** Letters to insert, drop, replace, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
