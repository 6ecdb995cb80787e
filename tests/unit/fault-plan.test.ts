import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faults } from '../faults/faults.ts';
import { notYetGating } from '../faults/not-yet-gating.ts';
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

test('what is not in the gate yet is a fault that exists, and most faults are in it', () => {
  const known = Object.keys(notYetGating);

  expect(known.filter((kind) => !(kind in faults))).toEqual([]);
  expect(Object.keys(faults).length).toBeGreaterThan(2 * known.length);
});
