import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { QueueName } from '../../jobs/contract.ts';
import type { DetailDimension, MeasuredOf, MetricName } from '../../jobs/metrics.ts';
import type { Log } from './log.ts';
import { createMetricSender } from './metric-sender.ts';
import { createWindow, inCalls } from './window.ts';

export interface Metrics extends AsyncDisposable {
  /** Notes one measurement, in the unit of `jobs/metrics.ts`. Never throws, never waits. */
  observe<Name extends MetricName>(name: Name, value: number, of: MeasuredOf<Name>): void;
  /** Sends what was measured so far. Resolves also when CloudWatch could not be reached: the log has it then. */
  flush(): Promise<void>;
  /** Stops the timer and tries to send what is left: two tries, 6 s at most. */
  close(): Promise<void>;
}

export interface MetricsOptions {
  readonly region: string;
  /** Only for a CloudWatch elsewhere than in AWS. */
  readonly endpoint?: string | undefined;
  /** The `Environment` dimension of everything. */
  readonly environment: string;
  /** Values of the detail dimensions that get series of their own. None by default: each is a billed metric. */
  readonly details?: Readonly<Partial<Record<DetailDimension, ReadonlySet<string>>>>;
  /** Time between two sends. 10 s: scaling reads QueueLength at that pace, and a crash loses up to that much. */
  readonly flushMs?: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** Distinct values one window holds, about 1.2 MB. A worker that measures everything there is uses a few thousand. */
const maxValues = 20_000;

/**
 * Measurements on their way to CloudWatch. An outage costs measurements and nothing else: they wait in bounded
 * memory, are retried with growing pauses, and what is lost is counted in the log.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { environment, details = {}, flushMs = 10_000, log } = options;
  const sender = createMetricSender(options);
  let window = createWindow(maxValues);
  let dropped = 0;

  function add(name: MetricName, service: QueueName, value: number, detail?: string): void {
    if (!window.add({ name, service, detail }, value)) dropped++;
  }
  function seal(): MetricDatum[][] {
    const calls = inCalls(window.data(environment, Date.now()));
    if (dropped > 0)
      log.warn({ dropped }, 'measurements dropped: not a number, or beyond what one flush holds');
    window = createWindow(maxValues);
    dropped = 0;
    return calls;
  }
  const flush = () => sender.put(seal());
  const timer = setInterval(flush, flushMs).unref();

  async function close(): Promise<void> {
    clearInterval(timer);
    await flush();
    await sender.close();
  }

  return {
    observe(name, value, of: Measured) {
      const { service, configuration, playerId } = of;
      add(name, service, value);
      if (configuration && details.Configuration?.has(configuration))
        add(name, service, value, configuration);
      if (playerId && details.PlayerId?.has(playerId)) add(name, service, value, playerId);
    },
    flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `MeasuredOf` whatever the metric. */
interface Measured {
  readonly service: QueueName;
  readonly configuration?: string | undefined;
  readonly playerId?: string | undefined;
}
