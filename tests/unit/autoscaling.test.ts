import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backlogExpression,
  backlogPerTask,
  loadExpression,
  loadOf,
  surgeThreshold,
} from '../../infra/aws/workers/scaling-policy.ts';
import { arrivalCurves } from '../bench/autoscaling-curves.ts';
import { loadScaler } from '../bench/autoscaling-scalers.ts';
import { simulate } from '../bench/autoscaling-simulation.ts';

const target = 100;
const concurrency = 10;

/** An expression of CloudWatch's metric math, whose operators are also those of JavaScript. */
const evaluated = (expression: string, metrics: Readonly<Record<string, number>>): number =>
  runInNewContext(expression, {
    ...metrics,
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  });

describe('the simulation measures what CloudWatch does, without a worker too', () => {
  const state = fc.record({
    length: fc.nat(10_000),
    workers: fc.nat(20),
    busy: fc.double({ min: 0, max: 20, noNaN: true }),
  });

  test('load', () => {
    fc.assert(
      fc.property(state, (it) => {
        const active = it.busy * concurrency;
        const deployed = evaluated(loadExpression(concurrency, target), { ...it, active });
        expect(loadOf(it, target)).toBeCloseTo(deployed, 6);
      }),
    );
  });

  test('backlog per task', () => {
    fc.assert(
      fc.property(state, (it) => {
        expect(backlogPerTask(it, target)).toBe(evaluated(backlogExpression(target), { ...it }));
      }),
    );
  });

  test('an empty queue without a worker asks for none, one job for a surge and for tracking', () => {
    const rest = { length: 0, workers: 0, busy: 0 };

    expect([loadOf(rest, target), backlogPerTask(rest, target)]).toEqual([0, 0]);
    expect(loadOf({ ...rest, length: 1 }, target)).toBeGreaterThan(1);
    expect(backlogPerTask({ ...rest, length: 1 }, target)).toBe(surgeThreshold(target));
  });
});

test('a service at rest has tasks within 80 s of its first job, works all off, and rests again', () => {
  const curve = arrivalCurves(target).find((it) => it.minTasks === 0);
  if (!curve) throw new Error('no curve begins at rest');
  const bounds = { minTasks: 0, maxTasks: 16 };
  const steps = simulate({
    ...curve,
    jobsPerTaskSecond: target,
    busyCpu: 0.45,
    minTasks: 0,
    scaler: loadScaler(target, bounds),
  });
  const first = steps.findIndex((it) => it.waiting > 0);

  expect(steps.slice(0, first).every((it) => it.tasks === 0)).toBe(true);
  expect(steps.findIndex((it) => it.tasks > 0)).toBeLessThanOrEqual(first + 80);
  expect(steps.at(-1)).toEqual({ waiting: 0, wait: 0, tasks: 0 });
});
