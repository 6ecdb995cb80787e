import type { Segment } from './xray-segment.ts';

export interface CollectorOptions {
  /** Where the collector takes traces by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  /** Told at most once a minute. */
  readonly onProblem: (message: string) => void;
}

export interface Collector extends AsyncDisposable {
  readonly send: (segment: Segment) => void;
}

/**
 * A batch is sent at this size or after this long (ms), whichever comes first; the collector has as long to
 * take it.
 */
const batch = { maxExportBatchSize: 256, maxQueueSize: 4_096, scheduledDelayMillis: 1_000 };
const patienceMs = 5_000;
const problemEveryMs = 60_000;

/**
 * An OpenTelemetry collector, through OpenTelemetry's own exporter: spans wait in memory, and those beyond
 * its bound are lost, as are those that the collector does not take. Disposing sends what waits.
 */
export async function connectCollector({ url, onProblem }: CollectorOptions): Promise<Collector> {
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }, { spansOf }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('./otlp-spans.ts'),
    ]);
  const resource = resourceFromAttributes({ 'service.name': 'matchmaking-fleet' });
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: patienceMs });
  let lost = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  const processor = new BatchSpanProcessor(
    {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          done(result);
          if (result.code === 0) return;
          lost += spans.length;
          if (performance.now() - toldAt < problemEveryMs) return;
          toldAt = performance.now();
          onProblem(`${lost} spans lost: ${result.error?.message ?? 'the collector took none'}`);
          lost = 0;
        }),
      shutdown: () => exporter.shutdown(),
    },
    batch,
  );
  return {
    send(segment) {
      for (const span of spansOf(segment, resource)) processor.onEnd(span);
    },
    [Symbol.asyncDispose]: () => processor.shutdown(),
  };
}
