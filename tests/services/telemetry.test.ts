import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../workers/telemetry/log.ts';
import { createMetrics } from '../../workers/telemetry/metrics.ts';

const { AWS_ENDPOINT_URL: endpoint = '', ...account } = inject('stackEnv');
const region = account['AWS_REGION'] ?? '';
Object.assign(process.env, account);

/** A log and the lines written to it. */
function logWithLines() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ base: { worker: 'test' }, destination }) };
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

  test('arrive as a distribution', async () => {
    const environment = crypto.randomUUID();
    const { log, lines } = logWithLines();
    const metrics = createMetrics({ region, endpoint, environment, log });
    for (let i = 0; i < 2_000; i++)
      metrics.observe('MatchmakingTime', 100 + (i % 800), { service: 'matchmaking' });

    await metrics.close();

    expect(await statistics(environment, 'MatchmakingTime')).toEqual([
      { SampleCount: 2_000, Sum: 919_000, Minimum: 100, Maximum: 899 },
    ]);
    expect(lines).toEqual([]);
  });

  test('arrive once more for each configuration that was opted in, and for no other', async () => {
    const environment = crypto.randomUUID();
    const details = { Configuration: new Set(['duel']) };
    const metrics = createMetrics({ region, endpoint, environment, details, log: logWithLines().log });
    for (const configuration of ['duel', 'arena', 'duel'])
      metrics.observe('MatchmakingTime', 100, { service: 'matchmaking', configuration });

    await metrics.close();

    const of = (Value: string) =>
      statistics(environment, 'MatchmakingTime', [{ Name: 'Configuration', Value }]);
    expect(await of('duel')).toMatchObject([{ SampleCount: 2 }]);
    expect(await of('arena')).toEqual([]);
  });

  test('wait through an outage without holding anybody up, then arrive', async () => {
    const environment = crypto.randomUUID();
    const { log, lines } = logWithLines();
    const door = await doorTo(endpoint);
    const metrics = createMetrics({ region, endpoint: door.url, environment, log });
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

  test('are counted in the log when they are lost', async () => {
    const { log, lines } = logWithLines();
    const metrics = createMetrics({ region, endpoint: 'http://127.0.0.1:1', environment: 'test', log });
    metrics.observe('MatchesCreated', 1, { service: 'matchmaking' });
    metrics.observe('MatchesCreated', Number.NaN, { service: 'matchmaking' });

    await metrics.close();

    expect(lines).toMatchObject([
      { dropped: 1 },
      { msg: expect.stringContaining('kept for later') },
      { metrics: 1 },
    ]);
  });

  test('are flushed by the timer', async () => {
    const environment = crypto.randomUUID();
    await using metrics = createMetrics({
      region,
      endpoint,
      environment,
      log: logWithLines().log,
      flushMs: 20,
    });

    metrics.observe('TicketsStarted', 1, { service: 'matchmaking' });

    await vi.waitFor(
      async () => expect(await statistics(environment, 'TicketsStarted')).toHaveLength(1),
      5_000,
    );
  });
});
