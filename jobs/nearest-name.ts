/** The known name that a mistyped one was most likely meant to be; `undefined` where none is near. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > 64) return undefined;
  const far = Math.max(1, Math.floor(typed.length / 3));
  const [best] = known
    .map((name) => ({ name, by: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.by - b.by);
  return best !== undefined && best.by <= far ? best.name : undefined;
}

/** Letters to add, take away or change to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
