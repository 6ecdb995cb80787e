import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Version, versionBefore } from '../../jobs/configuration/rollback.ts';

/** Versions as they are stored: newest first, from the oldest's body on. */
const stored = (bodies: readonly string[]): Version[] =>
  bodies.map((body, index) => ({ version: index + 1, body })).reverse();

test('the version before the one in force is what is gone back to', () => {
  expect(versionBefore(stored(['a', 'b', 'c']))).toEqual({ version: 2, body: 'b' });
  expect(versionBefore(stored(['a', 'b', 'c']), 1)).toEqual({ version: 1, body: 'a' });
});

test('there is nothing before the first, and no version that was never stored', () => {
  expect(versionBefore(stored(['a']))).toBeUndefined();
  expect(versionBefore([])).toBeUndefined();
  expect(versionBefore(stored(['a', 'b']), 3)).toBeUndefined();
});

test('settings that a new rule set alone made a version of are gone back behind', () => {
  expect(versionBefore(stored(['a', 'b', 'b', 'b']))).toEqual({ version: 1, body: 'a' });
});

test('going back again and again never returns to what was left, and ends', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 }), (bodies) => {
      const history: string[] = [...bodies];
      let bound = history.length + 1;
      for (let target = versionBefore(stored(history)); target; target = versionBefore(stored(history))) {
        const first = history.indexOf(target.body) + 1;
        expect(first).toBeLessThan(bound);
        bound = first;
        history.push(target.body);
      }
    }),
  );
});
