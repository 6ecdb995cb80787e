import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { QueueName } from '../../jobs/contract.ts';
import type { DetailDimension, MeasuredOf, MetricName } from '../../jobs/metrics.ts';
import type { Log } from './log.ts';
import { createExposition, type Exposition } from './prometheus.ts';
import { createWindow } from './window.ts';

export interface Metrics extends AsyncDisposable {
  /** Notes one measurement, in the unit of `jobs/metrics.ts`. Never throws, never waits. */
  observe<Name extends MetricName>(name: Name, value: number, of: MeasuredOf<Name>): void;
  /**
   * Sends what was measured so far. Resolves also when CloudWatch could not be reached: the log has it then.
   */
  flush(): Promise<void>;
  /** Everything measured since the start, as Prometheus reads it. */
  expose(): Promise<Exposition>;
  /** Stops the timer and tries to send what is left, for 6 s at most. */
  close(): Promise<void>;
}

/** Where measurements go. Both calls never reject; they return what had to be given up. */
export interface MetricSink {
  /** Takes over what was measured since the last call. */
  put(data: MetricDatum[]): Promise<readonly MetricDatum[]>;
  /** Takes over the last of it, and tries once more whatever happened before. */
  close(data: MetricDatum[]): Promise<readonly MetricDatum[]>;
}

/** Measurements stay in this process, for Prometheus to fetch. */
export const noSink: MetricSink = { put: async () => [], close: async () => [] };

export interface MetricsOptions {
  readonly sink: MetricSink;
  /** The `Environment` dimension of everything. */
  readonly environment: string;
  /**
   * Values of the detail dimensions that get series of their own. None by default: each is a billed metric.
   */
  readonly details?: Readonly<Partial<Record<DetailDimension, ReadonlySet<string>>>>;
  /**
   * Time between two sends. 10 s: scaling reads QueueLength at that pace, and a crash loses up to that much.
   */
  readonly flushMs?: number;
  /** Distinct values one window holds before it is sent ahead of time. Default 20,000, about 1.2 MB. */
  readonly maxValues?: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/**
 * Measurements on their way out: sent on a timer, when a window is full, and at shutdown. An outage costs
 * measurements and nothing else; what is lost is counted, in the log and in `MeasurementsLost`.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { sink, environment, details = {}, flushMs = 10_000, maxValues = 20_000, log } = options;
  const exposition = createExposition(environment);
  let window = createWindow(maxValues);

  function add(name: MetricName, service: QueueName, value: number, detail?: string): void {
    const kept = window.add({ name, service, detail }, value);
    if (kept === 'unfit') lose(service, 1);
    if (kept !== 'full') return;
    void flush();
    window.add({ name, service, detail }, value);
  }
  function lose(service: QueueName, count: number): void {
    window.add({ name: 'MeasurementsLost', service }, count);
    exposition.observe('MeasurementsLost', count, service, undefined);
  }
  function report(lost: readonly MetricDatum[]): void {
    if (lost.length === 0) return;
    let measurements = 0;
    for (const datum of lost) {
      const count = measurementsOf(datum);
      lose(datum.Dimensions?.find((it) => it.Name === 'Service')?.Value as QueueName, count);
      measurements += count;
    }
    log.warn({ measurements }, 'measurements lost: CloudWatch was away for too long, or refused them');
  }
  function seal(): MetricDatum[] {
    const data = window.data(environment, Date.now());
    window = createWindow(maxValues);
    return data;
  }
  async function flush(): Promise<void> {
    report(await sink.put(seal()));
  }
  const timer = setInterval(flush, flushMs).unref();

  async function close(): Promise<void> {
    clearInterval(timer);
    report(await sink.close(seal()));
  }

  return {
    observe(name, value, of: Measured) {
      const { service, configuration, playerId } = of;
      const detail =
        configuration && details.Configuration?.has(configuration)
          ? configuration
          : playerId && details.PlayerId?.has(playerId)
            ? playerId
            : undefined;
      add(name, service, value);
      if (detail !== undefined) add(name, service, value, detail);
      if (Number.isFinite(value)) exposition.observe(name, value, service, detail);
    },
    flush,
    expose: exposition.expose,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** How many measurements a datum stands for; one that counts lost ones stands for those. */
function measurementsOf({ MetricName, Values = [], Counts = [] }: MetricDatum): number {
  const each = MetricName === 'MeasurementsLost' ? Values : Values.map(() => 1);
  return each.reduce((sum, it, at) => sum + it * (Counts[at] ?? 1), 0);
}

/** `MeasuredOf` whatever the metric. */
interface Measured {
  readonly service: QueueName;
  readonly configuration?: string | undefined;
  readonly playerId?: string | undefined;
}
