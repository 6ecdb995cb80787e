/** Columns of a table on a terminal; a cell that is too long goes on in the next line. */
const width = 100;
const gap = '  ';

/**
 * Rows as an aligned table, at most 100 columns wide: what is too long goes on in the next line, between
 * words; numbers are to the right. Where ids are so long that no table fits, each row is a block with a line
 * per value. No id is ever broken. A column's cells say what it holds: no value is an empty cell.
 */
export function table(rows: readonly Record<string, unknown>[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (rows.length === 0) return 'none';
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  const widths = fitted(names.map((_name, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0))));
  const needed = names.map((_name, at) => Math.max(...cells.map((line) => longestWord(line[at] ?? ''))));
  if (names.length > 1 && total(widths.map((it, at) => Math.max(it, needed[at] ?? 0))) > width)
    return cells
      .slice(1)
      .map((line) => block(names, line))
      .join('\n\n');
  const toTheRight = names.map((name) => rows.every((row) => row[name] === undefined || isNumber(row[name])));
  return cells.flatMap((line) => lines(line, widths, toTheRight)).join('\n');
}

const isNumber = (value: unknown): boolean => typeof value === 'number';

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object' && !(value instanceof Date)
      ? JSON.stringify(value)
      : value instanceof Date
        ? value.toISOString()
        : String(value);

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, it) => sum + it, 0) + gap.length * (widths.length - 1);

const longestWord = (cell: string): number => Math.max(...cell.split(/\s/).map((word) => word.length));

/** A row as lines of name and value; what is not there has no line. */
function block(names: readonly string[], cells: readonly string[]): string {
  const wide = Math.max(...names.map((name) => name.length));
  return names
    .flatMap((name, at) => {
      const value = cells[at] ?? '';
      const parts = wrap(value, width - wide - gap.length);
      return value === ''
        ? []
        : parts.map((part, line) => `${(line === 0 ? name : '').padEnd(wide)}${gap}${part}`);
    })
    .join('\n');
}

/** Makes the widest column narrower until the table fits. */
function fitted(widths: readonly number[]): number[] {
  const rest = (at: number) =>
    widths.reduce((sum, it, index) => (index === at ? sum : sum + it), 0) + gap.length * (widths.length - 1);
  const widest = widths.indexOf(Math.max(...widths));
  return widths.map((it, at) => (at === widest ? Math.min(it, Math.max(20, width - rest(at))) : it));
}

/** One row as the lines it takes. */
function lines(
  cells: readonly string[],
  widths: readonly number[],
  toTheRight: readonly boolean[],
): string[] {
  const wrapped = cells.map((cell, at) => wrap(cell, widths[at] ?? cell.length));
  const height = Math.max(...wrapped.map((it) => it.length));
  return Array.from({ length: height }, (_, row) =>
    wrapped
      .map((it, at) => {
        const part = it[row] ?? '';
        return toTheRight[at] ? part.padStart(widths[at] ?? 0) : part.padEnd(widths[at] ?? 0);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** Breaks between words; a longer word stays whole, so that ids can be copied. */
function wrap(cell: string, most: number): string[] {
  const found: string[] = [];
  for (const line of cell.split('\n')) {
    let current = '';
    for (const word of line.split(' ')) {
      const longer = current === '' ? word : `${current} ${word}`;
      if (longer.length <= most || current === '') current = longer;
      else {
        found.push(current);
        current = word;
      }
    }
    found.push(current);
  }
  return found;
}
