import { expect, test } from 'vitest';
import { calibrate, calibrationError, toTable } from '../../infra/local/demo/calibration.ts';

test('teams are put into bands of their predicted chance, and the error is the mean distance to what came true', () => {
  const bands = calibrate([
    { chance: 0.56, won: 1 },
    { chance: 0.58, won: 0 },
    { chance: 1, won: 1 },
  ]);

  expect(bands).toEqual([
    { from: 0.55, to: 0.6, teams: 2, predicted: expect.closeTo(0.57, 12), won: 0.5 },
    { from: 0.8, to: 1, teams: 1, predicted: 1, won: 1 },
  ]);
  expect(calibrationError(bands)).toBeCloseTo((2 * 0.07) / 3, 12);
  expect(toTable(bands)).toContain('57.0 %');
  expect(calibrationError([])).toBe(0);
});
