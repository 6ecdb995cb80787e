import { createCloudWatchSink } from '../telemetry/cloudwatch.ts';
import { createEmfSink } from '../telemetry/emf.ts';
import { createLog, type Log, type Output, openOutput } from '../telemetry/log.ts';
import { createMetrics, type MetricSink, type Metrics, noSink } from '../telemetry/metrics.ts';
import { openTracer } from '../telemetry/open-tracer.ts';
import { noTracer, type Tracer } from '../telemetry/tracer.ts';
import type { WorkerConfig } from './config.ts';

/** A worker's tracer and log. What goes wrong with tracing is logged without a trace. */
export async function openTelemetry(config: WorkerConfig, worker: string, opened: AsyncDisposableStack) {
  const output = openOutput();
  const logOf = ({ traceId }: Tracer): Log =>
    createLog({
      destination: output,
      level: config.LOG_LEVEL,
      base: { worker, domain: config.DOMAIN },
      traceId,
    });
  const untraced = logOf(noTracer);
  const tracer = await openTracer(config, opened, (message) => untraced.warn({ message }, 'tracing'));
  return { output, tracer, log: logOf(tracer) };
}

export function openSink(config: WorkerConfig, output: Output, tracer: Tracer, log: Log): MetricSink {
  switch (config.METRICS_SINK) {
    case 'cloudwatch':
      return createCloudWatchSink({
        region: config.AWS_REGION,
        endpoint: config.AWS_ENDPOINT_URL,
        tracer,
        log,
      });
    case 'emf':
      return createEmfSink(output);
    case 'none':
      return noSink;
  }
}

export function openMetrics(config: WorkerConfig, sink: MetricSink, log: Log): Metrics {
  return createMetrics({
    sink,
    environment: config.ENVIRONMENT,
    flushMs: config.METRICS_FLUSH_MS,
    details: {
      Configuration: new Set(config.METRIC_CONFIGURATIONS),
      PlayerId: new Set(config.METRIC_PLAYERS),
    },
    log,
  });
}
