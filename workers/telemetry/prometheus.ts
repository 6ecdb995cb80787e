import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueName } from '../../jobs/contract.ts';
import { type DetailDimension, type Metric, type MetricName, metrics } from '../../jobs/metrics.ts';

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/**
 * A level is shown for this long (ms) after it was measured. Each slot of 10 s another worker may report a
 * queue, so a level that stood for ever would go on saying what was true when its worker last had its turn.
 */
export const levelMs = 15_000;

/**
 * Upper bounds of histogram buckets, by unit: for latencies up to the longest request timeout that is usual.
 */
const buckets = {
  Milliseconds: [
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 180_000, 600_000,
  ],
  /** Up to the longest that events are kept. */
  Seconds: [1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400],
  None: Array.from({ length: 13 }, (_, step) => 300 + 200 * step),
};

type Unit = keyof typeof buckets;

/**
 * A metric's name here: that of CloudWatch, then its unit where that is a time, then `_total` where it only
 * grows.
 */
export function prometheusName(name: MetricName): string {
  const { unit, shape }: Metric = metrics[name];
  const suffix = { Milliseconds: '_milliseconds', Seconds: '_seconds', Count: '', None: '' }[unit];
  return `${name}${suffix}${shape === 'total' ? '_total' : ''}`;
}

const detailLabel: Readonly<Record<DetailDimension, string>> = {
  Configuration: 'configuration',
  PlayerId: 'player',
};

/**
 * The same measurements for Prometheus, which asks for them. Prometheus adds up over labels where CloudWatch
 * does not, so nothing is there twice: what is not opted in has an empty detail label. Series are bounded by
 * queues and opt-ins.
 */
export function createExposition(environment: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ environment });
  // Memory, CPU, garbage and the event loop's lag of this process.
  collectDefaultMetrics({ register: registry });
  const observers = Object.fromEntries(
    (Object.keys(metrics) as MetricName[]).map((name) => [name, observerOf(name, registry)]),
  ) as Record<MetricName, Observer>;

  return {
    /** `detail`: the value of the metric's detail dimension, where it was opted in. */
    observe(name: MetricName, value: number, service: QueueName, detail: string | undefined): void {
      const dimension = (metrics[name] as Metric).detail;
      observers[name](value, { service, ...(dimension && { [detailLabel[dimension]]: detail ?? '' }) });
    },
    expose: async (): Promise<Exposition> => ({
      contentType: registry.contentType,
      text: await registry.metrics(),
    }),
  };
}

type Labels = Record<string, string>;
type Observer = (value: number, labels: Labels) => void;

function observerOf(name: MetricName, registry: Registry): Observer {
  const { help, unit, shape, detail }: Metric = metrics[name];
  const options = {
    name: prometheusName(name),
    help,
    labelNames: ['service', ...(detail ? [detailLabel[detail]] : [])],
    registers: [registry],
  };
  switch (shape) {
    case 'total': {
      const counter = new Counter(options);
      return (value, labels) => counter.inc(labels, Math.max(0, value));
    }
    case 'distribution': {
      const histogram = new Histogram({ ...options, buckets: buckets[unit as Unit] });
      return (value, labels) => histogram.observe(labels, value);
    }
    case 'level':
      return levelOf(options);
  }
}

function levelOf(options: ConstructorParameters<typeof Gauge<string>>[0]): Observer {
  const measured = new Map<string, { readonly labels: Labels; readonly at: number }>();
  const gauge = new Gauge<string>({
    ...options,
    collect() {
      for (const [key, { labels, at }] of measured) {
        if (Date.now() - at <= levelMs) continue;
        measured.delete(key);
        gauge.remove(labels);
      }
    },
  });
  return (value, labels) => {
    gauge.set(labels, value);
    measured.set(Object.values(labels).join(' '), { labels, at: Date.now() });
  };
}
