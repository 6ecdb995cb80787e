import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonDiff } from '../../jobs/json-diff.ts';

test('differences are told by path, rules and teams by their names', () => {
  const rule = (name: string, maxDistance: number) => ({ name, maxDistance });
  const before = { name: 'duel', rules: [rule('Close', 10), rule('Old', 1)], list: [1, 2] };
  const after = { name: 'duel', rules: [rule('New', 1), rule('Close', 20)], list: [1, 3], more: true };

  expect(jsonDiff(before, after)).toEqual([
    { path: 'rules[Close].maxDistance', before: 10, after: 20 },
    { path: 'rules[Old]', before: rule('Old', 1) },
    { path: 'rules[New]', after: rule('New', 1) },
    { path: 'list[1]', before: 2, after: 3 },
    { path: 'more', after: true },
  ]);
});

test('a value differs from itself in nothing, and from another in something', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(jsonDiff(one, one)).toEqual([]);
      expect(jsonDiff(one, other).length > 0).toBe(JSON.stringify(one) !== JSON.stringify(other));
    }),
  );
});
