import { connectCollector } from './otlp-collector.ts';
import { noTracer, type Tracer } from './tracer.ts';
import { createSegmentTracer, createXrayTracer } from './xray-tracer.ts';

/** Where a process's traces go, as its environment says. */
export interface TracingConfig {
  /** `host:port` of X-Ray's daemon. */
  readonly AWS_XRAY_DAEMON_ADDRESS?: string | undefined;
  /** A collector of OpenTelemetry. */
  readonly OTLP_TRACES_URL?: string | undefined;
  /** Share of traces begun here that are kept. */
  readonly TRACE_SAMPLING: number;
}

/** What is wrong with such an environment; `undefined` where nothing is. */
export const tracingProblem = ({ AWS_XRAY_DAEMON_ADDRESS, OTLP_TRACES_URL }: TracingConfig) =>
  AWS_XRAY_DAEMON_ADDRESS !== undefined && OTLP_TRACES_URL !== undefined
    ? {
        code: 'custom' as const,
        path: ['OTLP_TRACES_URL'],
        message: 'goes instead of AWS_XRAY_DAEMON_ADDRESS: give one of them',
      }
    : undefined;

/** The tracer. What waits to be sent is sent when `opened` is disposed of. */
export async function openTracer(
  { AWS_XRAY_DAEMON_ADDRESS: address, OTLP_TRACES_URL: url, TRACE_SAMPLING: rate }: TracingConfig,
  opened: AsyncDisposableStack,
  onProblem: (message: string) => void,
): Promise<Tracer> {
  if (url) return createSegmentTracer(opened.use(await connectCollector({ url, onProblem })).send, rate);
  return address ? createXrayTracer({ address, rate, onProblem }) : noTracer;
}
