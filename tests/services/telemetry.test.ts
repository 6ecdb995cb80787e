import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createCloudWatchSink } from '../../workers/telemetry/cloudwatch.ts';
import { createLog } from '../../workers/telemetry/log.ts';
import { createMetrics, type MetricsOptions } from '../../workers/telemetry/metrics.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';

const { AWS_ENDPOINT_URL: endpoint = '', ...account } = inject('stackEnv');
const region = account['AWS_REGION'] ?? 'us-east-1';
Object.assign(process.env, account);

/** Metrics on their way to a CloudWatch, in an environment of their own, and the lines logged about them. */
function openMetrics({ url = endpoint, ...options }: Partial<MetricsOptions> & { url?: string } = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLog({ base: { worker: 'test' }, destination });
  const environment = crypto.randomUUID();
  const sink = createCloudWatchSink({ region, endpoint: url, tracer: noTracer, log });
  const metrics = createMetrics({ sink, environment, log, ...options });
  onTestFinished(() => metrics.close());
  return { metrics, environment, lines };
}

/** A way to a server that hangs up on everybody until it is opened. */
async function doorTo(url: string) {
  const { hostname, port } = new URL(url);
  let isOpen = false;
  const door = createServer((caller) => {
    if (!isOpen) {
      caller.destroy();
      return;
    }
    const server = connect(Number(port), hostname);
    caller.pipe(server).pipe(caller);
    for (const side of [caller, server]) side.on('error', () => side.destroy());
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  onTestFinished(() => void door.close());
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    open: () => {
      isOpen = true;
    },
  };
}

describe('metrics', () => {
  const cloudWatch = new CloudWatchClient({ region, endpoint });
  afterAll(() => cloudWatch.destroy());

  async function statistics(
    environment: string,
    metric: string,
    more: { Name: string; Value: string }[] = [],
  ) {
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'GameMetrics',
        MetricName: metric,
        Dimensions: [
          { Name: 'Environment', Value: environment },
          { Name: 'Service', Value: 'matchmaking' },
          ...more,
        ],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 600_000),
        Period: 3_600,
        Statistics: ['SampleCount', 'Sum', 'Minimum', 'Maximum'],
      }),
    );
    return Datapoints.map(({ SampleCount, Sum, Minimum, Maximum }) => ({
      SampleCount,
      Sum,
      Minimum,
      Maximum,
    }));
  }

  /**
   * Every value of a metric that moto holds, in order, whoever sent it: its own API, since it answers p99
   * with 500.
   */
  async function stored(metric: string): Promise<number[]> {
    const answer = await fetch(new URL('/moto-api/data.json', endpoint));
    const { cloudwatch } = (await answer.json()) as {
      cloudwatch: { MetricDatum: { name: string; value: number }[] };
    };
    return cloudwatch.MetricDatum.filter((it) => it.name === metric)
      .map((it) => it.value)
      .sort((a, b) => a - b);
  }

  test('arrive as a distribution', async () => {
    const { metrics, environment, lines } = openMetrics();
    for (let i = 0; i < 2_000; i++)
      metrics.observe('MatchmakingTime', 100 + (i % 800), { service: 'matchmaking' });

    await metrics.close();

    expect(await statistics(environment, 'MatchmakingTime')).toEqual([
      { SampleCount: 2_000, Sum: 919_000, Minimum: 100, Maximum: 899 },
    ]);
    expect(lines).toEqual([]);
  });

  test('keep their percentiles: a known distribution pushed through the SDK reads back to half a percent', async () => {
    const { metrics, environment } = openMetrics();
    const count = 10_000;
    // Exponential beyond a floor nobody else's values reach, in an order that is not sorted.
    const floor = 1e9;
    const values = Array.from({ length: count }, (_, i) => {
      const share = (((i * 7_919) % count) + 0.5) / count;
      return floor * (1 - Math.log(1 - share));
    });
    for (const value of values) metrics.observe('MatchmakingTime', value, { service: 'matchmaking' });

    await metrics.close();

    const [statistic] = await statistics(environment, 'MatchmakingTime');
    expect(statistic?.SampleCount).toBe(count);
    const kept = (await stored('MatchmakingTime')).filter((value) => value >= 0.99 * floor);
    const known = values.toSorted((a, b) => a - b);
    for (const percent of [1, 50, 90, 99, 99.9]) {
      const [found, truth] = [percentile(kept, percent), percentile(known, percent)];
      expect(Math.abs(found / truth - 1), `p${percent}: ${found} for ${truth}`).toBeLessThan(0.005);
    }
  });

  test('arrive once more for each configuration that was opted in, and for no other', async () => {
    const { metrics, environment } = openMetrics({ details: { Configuration: new Set(['duel']) } });
    for (const configuration of ['duel', 'arena', 'duel'])
      metrics.observe('MatchmakingTime', 100, { service: 'matchmaking', configuration });

    await metrics.close();

    const of = (Value: string) =>
      statistics(environment, 'MatchmakingTime', [{ Name: 'Configuration', Value }]);
    expect(await of('duel')).toMatchObject([{ SampleCount: 2 }]);
    expect(await of('arena')).toEqual([]);
  });

  test('wait through an outage without holding anybody up, then arrive', async () => {
    const door = await doorTo(endpoint);
    const { metrics, environment, lines } = openMetrics({ url: door.url });
    const observe = () => metrics.observe('MatchesCreated', 3, { service: 'matchmaking' });

    observe();
    await metrics.flush();
    observe();
    await metrics.flush();
    expect(lines).toMatchObject([{ level: 'warn', msg: expect.stringContaining('kept for later') }]);
    door.open();
    await metrics.close();

    expect(await statistics(environment, 'MatchesCreated')).toMatchObject([{ SampleCount: 2, Sum: 6 }]);
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: expect.stringContaining('again') });
  });

  test('are flushed by the timer', async () => {
    const { metrics, environment } = openMetrics({ flushMs: 20 });

    metrics.observe('TicketsStarted', 1, { service: 'matchmaking' });

    await vi.waitFor(
      async () => expect(await statistics(environment, 'TicketsStarted')).toHaveLength(1),
      5_000,
    );
  });
});

/** By nearest rank, of sorted values. */
const percentile = (sorted: readonly number[], percent: number): number =>
  sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
