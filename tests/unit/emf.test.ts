import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MetricName, metrics } from '../../jobs/metrics.ts';
import { emfLimits, toLines } from '../../workers/telemetry/emf.ts';
import { createWindow } from '../../workers/telemetry/window.ts';
import { readEmf } from '../support/emf.ts';

const names = Object.keys(metrics) as MetricName[];

test('a line names its metrics, with unit and resolution, and the dimensions they have', () => {
  const window = createWindow(1_000);
  for (const value of [100, 250, 100])
    window.add({ name: 'MatchmakingTime', service: 'matchmaking', detail: 'duel' }, value);
  window.add({ name: 'QueueLength', service: 'maintenance' }, 7);

  const lines = toLines(window.data('production', 1_000));

  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: 1_000,
        CloudWatchMetrics: [
          {
            Namespace: 'GameMetrics',
            Dimensions: [['Environment', 'Service', 'Configuration']],
            Metrics: [{ Name: 'MatchmakingTime', Unit: 'Milliseconds', StorageResolution: 60 }],
          },
        ],
      },
      Environment: 'production',
      Service: 'matchmaking',
      Configuration: 'duel',
      MatchmakingTime: [100, 100, 250],
    },
    {
      _aws: {
        Timestamp: 1_000,
        CloudWatchMetrics: [
          {
            Namespace: 'GameMetrics',
            Dimensions: [['Environment', 'Service']],
            Metrics: [{ Name: 'QueueLength', Unit: 'Count', StorageResolution: 1 }],
          },
        ],
      },
      Environment: 'production',
      Service: 'maintenance',
      QueueLength: [7],
    },
  ]);
});

test('whatever was measured, every line keeps the format and its limits, and no value is missing', () => {
  const observation = fc.record({
    name: fc.constantFrom(...names),
    value: fc.integer({ min: 0, max: 300 }),
    times: fc.integer({ min: 1, max: 250 }),
  });
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 30 }), (observed) => {
      const window = createWindow(100_000);
      for (const { name, value, times } of observed)
        for (let i = 0; i < times; i++) window.add({ name, service: 'matchmaking' }, value);

      const read = toLines(window.data('test', 1)).flatMap(readEmf);

      for (const name of names) {
        const expected = observed.filter((it) => it.name === name).reduce((sum, it) => sum + it.times, 0);
        const found = read.filter((it) => it.name === name).flatMap((it) => it.values);
        expect(found).toHaveLength(expected);
      }
    }),
    { numRuns: 30 },
  );
});

test('more metrics than one line may have go on in the next', () => {
  const data = Array.from(
    { length: 2 * emfLimits.metrics + 1 },
    (_, i): MetricDatum => ({
      MetricName: `Metric${i}`,
      Unit: 'Count',
      Timestamp: new Date(1),
      StorageResolution: 60,
      Dimensions: [{ Name: 'Service', Value: 'matchmaking' }],
      Values: [i],
      Counts: [1],
    }),
  );

  const lines = toLines(data);

  expect(lines).toHaveLength(3);
  expect(lines.flatMap(readEmf).map((it) => it.values[0])).toEqual(data.map((_, i) => i));
});
