/** Without members that are null: clients of some languages write those that were not answered so. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, it]) => (it === null ? [] : [[name, withoutNulls(it)]])),
  );
}
