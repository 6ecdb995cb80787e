import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Exposition } from '../../workers/telemetry/prometheus.ts';
import type { Crowd } from './crowd.ts';

/** Upper bounds in seconds, from a call that Redis decides to one that waits for a worker. */
const buckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What Prometheus reads of an API process: requests by operation and outcome, and the process itself. */
export function createMeasures(crowd: Crowd) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'ApiRequests_total',
    help: 'ApiRequests, count, by operation and outcome',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const latency = new Histogram({
    name: 'ApiLatency_seconds',
    help: 'ApiLatency, seconds, by operation',
    labelNames: ['operation'],
    buckets,
    registers,
  });
  new Gauge({
    name: 'ApiRequestsInside',
    help: 'Requests worked on now',
    registers,
    collect() {
      this.set(crowd.inside);
    },
  });
  return {
    /** `operation`: one that there is, never what a caller wrote. `outcome`: `ok`, or the name of a fault. */
    observe(operation: string, outcome: string, ms: number): void {
      requests.inc({ operation, outcome });
      latency.observe({ operation }, ms / 1_000);
    },
    expose: async (): Promise<Exposition> => ({
      contentType: registry.contentType,
      text: await registry.metrics(),
    }),
  };
}
export type Measures = ReturnType<typeof createMeasures>;
