import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { metricNamespace } from '../../jobs/metrics.ts';
import type { Log } from './log.ts';
import type { MetricSink } from './metrics.ts';
import type { Tracer } from './tracer.ts';
import { inCalls } from './window.ts';

export interface CloudWatchOptions {
  readonly region: string;
  /** Only for a CloudWatch elsewhere than in AWS. */
  readonly endpoint?: string | undefined;
  /** Each call is a trace of its own. */
  readonly tracer: Tracer;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/**
 * Calls kept while CloudWatch is away, at most 1 MB each: five minutes of ordinary windows. The oldest go
 * first.
 */
const maxPending = 30;

/** Longest wait for one call, its retry inside the SDK included. */
const sendTimeoutMs = 3_000;

/**
 * Calls on their way to CloudWatch, in order, one at a time. While it is away they wait, bounded, and are
 * tried again after growing pauses; what has to be given up is handed back.
 */
export function createCloudWatchSink({ region, endpoint, tracer, log }: CloudWatchOptions): MetricSink {
  const client = new CloudWatchClient({
    region,
    maxAttempts: 2,
    ...(endpoint !== undefined && { endpoint }),
  });
  const pending: MetricDatum[][] = [];
  const outage = createOutage();
  let sending: Promise<MetricDatum[]> | undefined;

  const put = (call: MetricDatum[]): Promise<unknown> => {
    const command = new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: call });
    const send = () => client.send(command, { abortSignal: AbortSignal.timeout(sendTimeoutMs) });
    return tracer.segment('send-metrics', undefined, () =>
      tracer.subsegment('CloudWatch.PutMetricData', send, 'aws'),
    );
  };

  /** Returns what CloudWatch refused for good. */
  async function sendPending(): Promise<MetricDatum[]> {
    const refused: MetricDatum[] = [];
    for (let call = pending.shift(); call; call = pending.shift()) {
      try {
        await put(call);
        if (outage.end()) log.info('metrics reach CloudWatch again');
      } catch (error) {
        if (!isRefusal(error)) {
          pending.unshift(call);
          if (outage.failed())
            log.warn({ err: error }, 'could not send metrics to CloudWatch; kept for later');
          return refused;
        }
        log.warn({ err: error, metrics: call.length }, 'CloudWatch refused metrics; they are lost');
        refused.push(...call);
      }
    }
    return refused;
  }

  /** Whoever begins sending is told what was refused; whoever comes meanwhile only waits. */
  async function send(): Promise<MetricDatum[]> {
    if (sending !== undefined) {
      await sending;
      return [];
    }
    sending = sendPending().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  return {
    async put(data) {
      pending.push(...inCalls(data));
      const overflow = pending.splice(0, pending.length - maxPending).flat();
      const refused = sending !== undefined || outage.retryNow() ? await send() : [];
      return [...overflow, ...refused];
    },
    async close(data) {
      pending.push(...inCalls(data));
      await sending;
      const refused = await send();
      client.destroy();
      return [...refused, ...pending.splice(0).flat()];
    },
  };
}

/**
 * Pauses after failures double from 1 s up to this. CloudWatch takes data up to two weeks old, so late is
 * fine.
 */
const maxPauseMs = 60_000;

function createOutage() {
  let failures = 0;
  let pausedUntil = 0;
  return {
    retryNow: () => Date.now() >= pausedUntil,
    /** True for the first failure in a row: one log line per outage. */
    failed(): boolean {
      pausedUntil = Date.now() + Math.min(maxPauseMs, 1_000 * 2 ** failures);
      return failures++ === 0;
    },
    /** True when there was one. */
    end(): boolean {
      const was = failures > 0;
      failures = 0;
      return was;
    },
  };
}

/**
 * An answer that no retry changes: CloudWatch read the call and called it wrong. Throttling and 5xx are not.
 */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(InvalidParameter|MissingRequiredParameter|RequestEntityTooLarge)/.test(error.name)
  );
}
