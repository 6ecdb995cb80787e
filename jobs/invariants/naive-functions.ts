export type Value = number | string | undefined | Value[];

export function combined(values: number[], aggregation: string): number {
  if (aggregation === 'min') return Math.min(...values);
  if (aggregation === 'max') return Math.max(...values);
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/**
 * A function of property expressions, as the FlexMatch guide describes it; undefined is an aggregate over nobody.
 */
export function applied(name: string, v: Value): Value {
  const list = v as Value[];
  if (name === 'flatten') return list.flat() as Value[];
  const nested = list.some(Array.isArray);
  if (name === 'set_intersection') {
    const lists = list as Value[][];
    return [...new Set(lists[0] ?? [])].filter((word) => lists.every((other) => other.includes(word)));
  }
  if (nested) return list.map((sublist) => applied(name, sublist));
  if (list.includes(undefined)) return undefined;
  if (name === 'count') return list.length;
  const numbers = list as number[];
  if (name === 'sum') return numbers.reduce((sum, n) => sum + n, 0);
  if (numbers.length === 0) return undefined;
  const mean = combined(numbers, 'avg');
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  switch (name) {
    case 'median':
      return combined(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1), 'avg');
    case 'stddev':
      return Math.sqrt(
        combined(
          numbers.map((n) => (n - mean) ** 2),
          'avg',
        ),
      );
    default:
      return combined(numbers, name);
  }
}
