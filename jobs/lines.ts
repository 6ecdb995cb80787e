const meanings: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n' };

/**
 * Reads text that has a field a line, as `jobs/scripts/libraries/lines.lua` writes it: the first so many fields. Within a field
 * a backslash stands as `\\` and a line's end as `\n`. `undefined` where there are fewer lines.
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
