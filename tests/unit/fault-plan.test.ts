import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planFaults } from '../faults/plan.ts';

const kinds = ['kill', 'stop', 'cut', 'fill'];

test('the same seed gives the same plan, another seed another', () => {
  expect(planFaults(kinds, 7, 60_000, 3_000)).toEqual(planFaults(kinds, 7, 60_000, 3_000));
  expect(planFaults(kinds, 7, 60_000, 3_000)).not.toEqual(planFaults(kinds, 8, 60_000, 3_000));
});

test('every kind comes once before any comes again, in order of time and within it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 5_000, max: 200_000 }), (seed, totalMs) => {
      const plan = planFaults(kinds, seed, totalMs, 2_000);

      for (let from = 0; from + kinds.length <= plan.length; from += kinds.length)
        expect(new Set(plan.slice(from, from + kinds.length).map((it) => it.kind)).size).toBe(kinds.length);
      expect(plan.map((it) => it.at)).toEqual(plan.map((it) => it.at).toSorted((a, b) => a - b));
      expect(plan.every((it) => it.at < totalMs + 2_000)).toBe(true);
    }),
  );
});
