import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queueNames } from '../../jobs/contract.ts';
import { type MetricName, metrics } from '../../jobs/metrics.ts';
import { createWindow, inCalls, putLimits } from '../../workers/telemetry/window.ts';

const names = Object.keys(metrics) as MetricName[];
const unlimited = 1_000_000;

const observations = fc.array(
  fc.record({
    source: fc.record({ name: fc.constantFrom(...names), service: fc.constantFrom(...queueNames) }),
    value: fc.double({ min: 0, max: 1e9, noNaN: true }),
  }),
  { maxLength: 600 },
);

const countOf = (data: readonly MetricDatum[]) =>
  data.reduce((sum, { Counts = [] }) => sum + Counts.reduce((a, b) => a + b, 0), 0);
const sumOf = ({ Values = [], Counts = [] }: MetricDatum) =>
  Values.reduce((sum, value, i) => sum + value * (Counts[i] ?? 0), 0);

describe('a window of measurements', () => {
  test('counts every measurement once, whatever the mix', () => {
    fc.assert(
      fc.property(observations, (observed) => {
        const window = createWindow(unlimited);
        for (const { source, value } of observed) expect(window.add(source, value)).toBe('kept');

        const data = window.data('test', 0);

        expect(countOf(data)).toBe(observed.length);
        for (const { Values = [], Counts = [] } of data) {
          expect(Values.length).toBeLessThanOrEqual(putLimits.values);
          expect(new Set(Values).size).toBe(Values.length);
          expect(Counts.length).toBe(Values.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('sums counts exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
        const window = createWindow(unlimited);
        for (const value of values) window.add({ name: 'MatchesCreated', service: 'matchmaking' }, value);

        const total = window.data('test', 0).reduce((sum, datum) => sum + sumOf(datum), 0);

        expect(total).toBe(values.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test('keeps latencies to half a percent in at most 900 values per power of ten', () => {
    const window = createWindow(unlimited);
    const latencies = Array.from({ length: 50_000 }, (_, i) => 10 + (i * 990) / 50_000);
    for (const value of latencies) window.add({ name: 'MatchmakingTime', service: 'matchmaking' }, value);

    const data = window.data('test', 0);

    const kept = data.flatMap(({ Values = [] }) => Values);
    expect(kept.length).toBeLessThanOrEqual(1_801);
    const mean = data.reduce((sum, datum) => sum + sumOf(datum), 0) / countOf(data);
    const trueMean = latencies.reduce((a, b) => a + b, 0) / latencies.length;
    expect(Math.abs(mean / trueMean - 1)).toBeLessThan(0.005);
  });

  test('keeps series apart by metric, queue and detail', () => {
    const window = createWindow(unlimited);
    window.add({ name: 'MatchmakingTime', service: 'matchmaking' }, 120);
    window.add({ name: 'MatchmakingTime', service: 'matchmaking', detail: 'duel' }, 120);
    window.add({ name: 'QueueLength', service: 'rating-update' }, 7);

    const data = window.data('production', 1_000);

    expect(
      data.map((datum) => [datum.MetricName, datum.Unit, datum.StorageResolution, datum.Dimensions]),
    ).toEqual([
      ['MatchmakingTime', 'Milliseconds', 60, dimensions('matchmaking')],
      [
        'MatchmakingTime',
        'Milliseconds',
        60,
        [...dimensions('matchmaking'), { Name: 'Configuration', Value: 'duel' }],
      ],
      ['QueueLength', 'Count', 1, dimensions('rating-update')],
    ]);
    expect(data.every(({ Timestamp }) => Timestamp?.getTime() === 1_000)).toBe(true);
  });

  test('takes no value that CloudWatch would refuse', () => {
    const window = createWindow(unlimited);

    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(window.add({ name: 'QueueLength', service: 'matchmaking' }, value)).toBe('unfit');

    expect(window.data('test', 0)).toEqual([]);
  });

  test('is bounded: beyond its limit only values it has already are counted', () => {
    const window = createWindow(3);
    const add = (value: number) => window.add({ name: 'TicketsSearching', service: 'matchmaking' }, value);

    expect([1, 2, 3, 4, 3].map(add)).toEqual(['kept', 'kept', 'kept', 'full', 'kept']);
    expect(window.add({ name: 'QueueLength', service: 'matchmaking' }, 1)).toBe('full');
    expect(countOf(window.data('test', 0))).toBe(4);
  });
});

describe('calls to CloudWatch', () => {
  const data = fc.array(
    fc.record({
      MetricName: fc.constant('X'),
      Values: fc.array(fc.double({ noNaN: true }), { maxLength: 150 }),
    }),
    { maxLength: 40 },
  );

  test('keep the data in order and lose none', () => {
    fc.assert(
      fc.property(data, (given) => {
        expect(inCalls(given).flat()).toEqual(given);
      }),
      { numRuns: 50 },
    );
  });

  test('stay under both limits', () => {
    const small = Array.from({ length: 2_500 }, () => ({ MetricName: 'X', Values: [1] }));
    const large = Array.from({ length: 2_500 }, (_, i) => ({
      MetricName: 'X',
      Values: Array.from({ length: putLimits.values }, (_, j) => i + j / 7),
    }));

    expect(inCalls(small).map((call) => call.length)).toEqual([1_000, 1_000, 500]);
    for (const call of inCalls(large))
      expect(Buffer.byteLength(JSON.stringify(call))).toBeLessThan(1_000_000);
  });
});

const dimensions = (service: string) => [
  { Name: 'Environment', Value: 'production' },
  { Name: 'Service', Value: service },
];
