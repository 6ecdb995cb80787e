import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type MetricName, metrics as table } from '../../jobs/metrics.ts';
import { createCloudWatchSink } from '../../workers/telemetry/cloudwatch.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../../workers/telemetry/metrics.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { countOf, openMetricRecorder, type RecordedDatum } from '../support/metric-recorder.ts';

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });

/** Metrics sent by the real SDK to an endpoint that records the bodies, and what was logged. */
async function openRecorded(options: Partial<MetricsOptions> = {}) {
  const recorder = await openMetricRecorder();
  onTestFinished(() => recorder[Symbol.asyncDispose]());
  const lines: { message: string; [field: string]: unknown }[] = [];
  const line = (fields: unknown, message?: string) =>
    void lines.push(
      typeof fields === 'string' ? { message: fields } : { ...(fields as object), message: message ?? '' },
    );
  const log = { info: line, warn: line } as MetricsOptions['log'];
  const sink = createCloudWatchSink({ region: 'us-east-1', endpoint: recorder.url, tracer: noTracer, log });
  const metrics = createMetrics({ sink, environment: 'test', log, flushMs: 60_000, ...options });
  onTestFinished(() => metrics.close());
  return { metrics, recorder, lines };
}

/** `observe` for whatever metric, with every detail there is. */
const observeAny = (metrics: Metrics, name: MetricName, value: number, detail: string) =>
  (metrics.observe as (name: string, value: number, of: object) => void)(name, value, {
    service: 'matchmaking',
    ...(detailOf(name) === 'Configuration' && { configuration: detail }),
    ...(detailOf(name) === 'PlayerId' && { playerId: detail }),
  });

const names = Object.keys(table) as MetricName[];
const detailOf = (name: MetricName) => (table[name] as { detail?: string }).detail;
const dimensionsOf = (datum: RecordedDatum) =>
  Object.fromEntries(datum.Dimensions.map((it) => [it.Name, it.Value]));

describe('on the wire', () => {
  test('every metric has its unit, its resolution and its dimensions, and once more its detail where opted in', async () => {
    const details = { Configuration: new Set(['opted-in']), PlayerId: new Set(['opted-in']) };
    const { metrics, recorder } = await openRecorded({ details });
    for (const name of names)
      for (const detail of ['opted-in', 'other']) observeAny(metrics, name, 7, detail);

    await metrics.close();

    expect(new Set(recorder.calls.map((call) => call.Namespace))).toEqual(new Set(['GameMetrics']));
    for (const name of names) {
      const { unit, resolution = 60 } = table[name] as { unit: string; resolution?: number };
      const detail = detailOf(name);
      const common = { Environment: 'test', Service: 'matchmaking' };
      const found = recorder.data().filter((it) => it.MetricName === name);
      expect(found.map((it) => ({ ...it, Timestamp: 0, Dimensions: dimensionsOf(it) }))).toEqual([
        expected(name, unit, resolution, common, 2),
        ...(detail ? [expected(name, unit, resolution, { ...common, [detail]: 'opted-in' }, 1)] : []),
      ]);
    }
  });

  const expected = (
    MetricName: string,
    Unit: string,
    StorageResolution: number,
    Dimensions: object,
    count: number,
  ) => ({ MetricName, Unit, StorageResolution, Timestamp: 0, Dimensions, Values: [7], Counts: [count] });

  test('equal values are one value with its count, latencies to three digits', async () => {
    const { metrics, recorder } = await openRecorded();
    for (const value of [100, 250, 100, 1_234.5, 250, 250, 1_233])
      metrics.observe('MatchmakingTime', value, { service: 'matchmaking' });

    await metrics.close();

    expect(recorder.data()).toMatchObject([{ Values: [100, 250, 1_230], Counts: [2, 3, 2] }]);
  });

  test('bodies keep the limits of PutMetricData at 100,000 measurements a minute, and none is missing', async () => {
    const opted = new Set(Array.from({ length: 20 }, (_, i) => `configuration-${i}`));
    const { metrics, recorder, lines } = await openRecorded({ details: { Configuration: opted } });
    const perFlush = 100_000 / 6;

    for (let flush = 0; flush < 6; flush++) {
      for (let i = 0; i < perFlush; i++) {
        const name = names[i % names.length]!;
        observeAny(metrics, name, Math.exp(12 * Math.random()), `configuration-${i % 25}`);
      }
      await metrics.flush();
    }
    await metrics.close();

    expect(lines).toEqual([]);
    const always = recorder.data().filter((datum) => datum.Dimensions.length === 2);
    expect(countOf(always)).toBe(6 * Math.ceil(perFlush));
    for (const { bytes, MetricData } of recorder.calls) {
      expect(bytes).toBeLessThanOrEqual(1_000_000);
      expect(MetricData.length).toBeLessThanOrEqual(1_000);
      for (const { Values, Counts } of MetricData) {
        expect(Values.length).toBeLessThanOrEqual(150);
        expect(Counts.length).toBe(Values.length);
      }
    }
  });
});

test('a full window is sent ahead of the timer, so that nothing is dropped', async () => {
  const { metrics, recorder, lines } = await openRecorded({ maxValues: 100 });
  for (let i = 0; i < 1_000; i++) metrics.observe('TicketsSearching', i, { service: 'matchmaking' });

  await vi.waitFor(() => expect(countOf(recorder.data())).toBe(900), 5_000);
  await metrics.close();

  expect(countOf(recorder.data())).toBe(1_000);
  expect(lines).toEqual([]);
});

describe('while CloudWatch is away', () => {
  test('tries come with growing pauses, not with every flush', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const { metrics, recorder } = await openRecorded();
    recorder.answer.status = 503;
    const tries = async (ms: number) => {
      const before = recorder.asked();
      vi.setSystemTime(Date.now() + ms);
      metrics.observe('MatchesCreated', 1, { service: 'matchmaking' });
      await metrics.flush();
      return recorder.asked() - before;
    };

    // The SDK itself tries each call twice. The pauses are 1, 2 and 4 s.
    expect(await tries(0)).toBe(2);
    expect(await tries(900)).toBe(0);
    expect(await tries(200)).toBe(2);
    expect(await tries(1_900)).toBe(0);
    expect(await tries(200)).toBe(2);
    recorder.answer.status = 200;
    expect(await tries(3_900)).toBe(0);
    await tries(200);
    expect(countOf(recorder.data())).toBe(7);
  });

  test('memory is bounded: the oldest are given up, counted in the log and in MeasurementsLost', async () => {
    const { metrics, recorder, lines } = await openRecorded();
    recorder.answer.status = 503;
    for (let flush = 0; flush < 35; flush++) {
      metrics.observe('MatchesCreated', flush, { service: 'matchmaking' });
      metrics.observe('MatchesCreated', flush, { service: 'matchmaking' });
      await metrics.flush();
    }
    recorder.answer.status = 200;

    await metrics.close();

    const found = recorder.data();
    const created = found.filter((it) => it.MetricName === 'MatchesCreated');
    const lost = found.filter((it) => it.MetricName === 'MeasurementsLost');
    const sum = lost.flatMap((it) => it.Values.map((value, at) => value * (it.Counts[at] ?? 0)));
    expect(created.at(-1)?.Values).toEqual([34]);
    expect(countOf(created)).toBeLessThanOrEqual(62);
    expect(countOf(created) + sum.reduce((a, b) => a + b, 0)).toBe(70);
    expect(lost.map(dimensionsOf)[0]).toEqual({ Environment: 'test', Service: 'matchmaking' });
    const said = lines.filter((it) => it.message.startsWith('measurements lost'));
    expect(said.length).toBeGreaterThan(0);
  });

  test('what is left at shutdown, and what is not a number, is counted too', async () => {
    const { metrics, recorder, lines } = await openRecorded();
    recorder.answer.status = 503;
    metrics.observe('MatchesCreated', 1, { service: 'matchmaking' });
    metrics.observe('MatchesCreated', Number.NaN, { service: 'matchmaking' });

    await metrics.close();

    expect(lines.at(-1)).toMatchObject({ measurements: 2, message: expect.stringContaining('lost') });
  });

  test('what CloudWatch refuses is given up at once and does not hold up the rest', async () => {
    const { metrics, recorder, lines } = await openRecorded();
    recorder.answer.status = 400;
    recorder.answer.body = '{"__type":"InvalidParameterValueException","message":"no"}';
    metrics.observe('MatchesCreated', 1, { service: 'matchmaking' });
    await metrics.flush();
    recorder.answer.status = 200;

    await metrics.close();

    expect(lines.at(-1)).toMatchObject({ measurements: 1 });
    expect(recorder.data()).toMatchObject([{ MetricName: 'MeasurementsLost', Values: [1], Counts: [1] }]);
  });
});
