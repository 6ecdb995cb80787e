import { expect, test } from 'vitest';
import { slope } from '../bench/least-squares.ts';

test('points on a line have its slope, and noise around it cancels out', () => {
  const line = [0, 1, 2, 3].map((x) => ({ x, y: 5 + 2 * x }));
  const noisy = line.map(({ x, y }) => ({ x, y: y + (x === 0 || x === 3 ? 1 : -1) }));

  expect(slope(line)).toBeCloseTo(2);
  expect(slope(noisy)).toBeCloseTo(2);
});

test('what was seen once only does not grow', () => {
  expect(slope([{ x: 1, y: 7 }])).toBe(0);
});
