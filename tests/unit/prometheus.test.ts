import { expect, onTestFinished, test, vi } from 'vitest';
import { type MetricName, metrics as table } from '../../jobs/metrics.ts';
import { createMetrics, type MetricsOptions, noSink } from '../../workers/telemetry/metrics.ts';
import { levelMs, prometheusName } from '../../workers/telemetry/prometheus.ts';
import { readExposition } from '../support/prometheus.ts';

function openMetrics(options: Partial<MetricsOptions> = {}) {
  const log = { info: () => undefined, warn: () => undefined };
  const metrics = createMetrics({ sink: noSink, environment: 'test', log, ...options });
  onTestFinished(() => metrics.close());
  const read = async () => readExposition((await metrics.expose()).text);
  return { metrics, read };
}

test('every metric is there under its CloudWatch name, with its time unit and _total as suffixes', async () => {
  const { read } = openMetrics();

  const families = (await read()).families;

  expect([...families.keys()].filter((name) => !/^(process|nodejs)_/.test(name)).sort()).toEqual(
    (Object.keys(table) as MetricName[]).map(prometheusName).sort(),
  );
  expect(Object.fromEntries(families)).toMatchObject({
    QueueLength: 'gauge',
    OldestJobAge_seconds: 'gauge',
    SessionCreationLatency_milliseconds: 'histogram',
    MatchesCreated_total: 'counter',
    PlayerRating: 'histogram',
  });
});

test('the process is there too: its memory, its CPU and the lag of its event loop', async () => {
  const families = (await openMetrics().read()).families;

  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    expect([...families.keys()]).toContain(name);
});

test('the help of every metric is a sentence', async () => {
  const { metrics } = openMetrics();
  const helps = [...(await metrics.expose()).text.matchAll(/^# HELP ([A-Z]\w+) (.*)$/gm)];

  expect(helps).toHaveLength(Object.keys(table).length);
  for (const [, , help] of helps) expect(help).toMatch(/^[A-Z].{10,}\.$/);
});

test('totals add up, distributions are histograms, and each sample says environment and queue', async () => {
  const { metrics, read } = openMetrics();
  metrics.observe('TicketsStarted', 3, { service: 'matchmaking' });
  metrics.observe('TicketsStarted', 4, { service: 'matchmaking' });
  for (const ms of [3, 40, 40, 700_000])
    metrics.observe('SessionCreationLatency', ms, { service: 'session-creation' });

  const { value } = await read();

  const of = { environment: 'test', service: 'session-creation' };
  const name = 'SessionCreationLatency_milliseconds';
  expect(
    value('TicketsStarted_total', { environment: 'test', service: 'matchmaking', configuration: '' }),
  ).toBe(7);
  expect(value(`${name}_bucket`, { ...of, le: '2' })).toBe(0);
  expect(value(`${name}_bucket`, { ...of, le: '5' })).toBe(1);
  expect(value(`${name}_bucket`, { ...of, le: '50' })).toBe(3);
  expect(value(`${name}_bucket`, { ...of, le: '+Inf' })).toBe(4);
  expect(value(`${name}_count`, of)).toBe(4);
  expect(value(`${name}_sum`, of)).toBe(700_083);
});

test('the number of series is bounded by what was opted in, whoever plays whatever', async () => {
  const details = { Configuration: new Set(['duel']), PlayerId: new Set(['p1']) };
  const { metrics, read } = openMetrics({ details });
  for (let i = 0; i < 500; i++) {
    metrics.observe('MatchesCreated', 1, { service: 'matchmaking', configuration: `c${i}` });
    metrics.observe('MatchesCreated', 1, { service: 'matchmaking', configuration: 'duel' });
    metrics.observe('PlayerRating', 1_500, { service: 'rating-update', playerId: `p${i}` });
  }

  const { samples, value } = await read();

  const of = { environment: 'test', service: 'matchmaking' };
  expect(value('MatchesCreated_total', { ...of, configuration: 'duel' })).toBe(500);
  expect(value('MatchesCreated_total', { ...of, configuration: '' })).toBe(500);
  expect(samples.filter((it) => it.name === 'MatchesCreated_total')).toHaveLength(2);
  const players = samples
    .filter((it) => it.name === 'PlayerRating_count')
    .map((it) => [it.labels['player'], it.value]);
  expect(players).toEqual([
    ['', 499],
    ['p1', 1],
  ]);
});

test('a level is the latest, and is gone when it is old: another worker may report it now', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const { metrics, read } = openMetrics();
  const level = async () =>
    (await read()).value('QueueLength', { environment: 'test', service: 'matchmaking' });
  metrics.observe('QueueLength', 5, { service: 'matchmaking' });
  metrics.observe('QueueLength', 9, { service: 'matchmaking' });

  expect(await level()).toBe(9);
  vi.setSystemTime(1_000_000 + levelMs + 1);
  expect(await level()).toBeUndefined();
  metrics.observe('QueueLength', 2, { service: 'matchmaking' });
  expect(await level()).toBe(2);
});
