const meanings: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n' };

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n' };

/** Text that has a field a line, each with a line's end; see `readLines`. */
export function writeLines(fields: readonly string[]): string {
  const together = fields.join('');
  const isPlain = !together.includes('\\') && !together.includes('\n');
  const lines = isPlain ? fields : fields.map((it) => it.replaceAll(/[\\\n]/g, (one) => escapes[one] ?? one));
  return `${lines.join('\n')}\n`;
}

/**
 * Reads text that has a field a line, as `writeLines` and `jobs/scripts/libraries/lines.lua` write it: the
 * first so many fields. Within a field a backslash stands as `\\` and a line's end as `\n`. `undefined` where
 * there are fewer lines.
 */
export function readLines(text: string, fields: number): string[] | undefined {
  const lines = text.split('\n');
  // Behind the last line's end there is nothing.
  if (lines.length <= fields) return undefined;
  lines.length = fields;
  return text.includes('\\')
    ? lines.map((line) => line.replaceAll(/\\[\\n]/g, (pair) => meanings[pair] ?? pair))
    : lines;
}
