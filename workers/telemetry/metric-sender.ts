import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { metricNamespace } from '../../jobs/metrics.ts';
import type { Log } from './log.ts';

export interface SenderOptions {
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** Calls kept while CloudWatch is away, at most 1 MB each: five minutes of ordinary windows. The oldest go first. */
const maxPending = 30;

/** Longest wait for one call, its retry inside the SDK included. */
const sendTimeoutMs = 3_000;

/** Calls on their way to CloudWatch, in order, one at a time. */
export function createMetricSender({ region, endpoint, log }: SenderOptions) {
  const client = new CloudWatchClient({
    region,
    maxAttempts: 2,
    ...(endpoint !== undefined && { endpoint }),
  });
  const pending: MetricDatum[][] = [];
  const outage = createOutage();
  let sending: Promise<void> | undefined;

  async function sendPending(): Promise<void> {
    for (let call = pending.shift(); call; call = pending.shift()) {
      try {
        const command = new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: call });
        await client.send(command, { abortSignal: AbortSignal.timeout(sendTimeoutMs) });
        if (outage.end()) log.info('metrics reach CloudWatch again');
      } catch (error) {
        if (!isRefusal(error)) {
          pending.unshift(call);
          if (outage.failed())
            log.warn({ err: error }, 'could not send metrics to CloudWatch; kept for later');
          return;
        }
        log.warn({ err: error, metrics: call.length }, 'CloudWatch refused metrics; they are lost');
      }
    }
  }

  function send(): Promise<void> {
    sending ??= sendPending().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  function giveUp(calls: readonly MetricDatum[][]): void {
    const lost = calls.reduce((sum, call) => sum + call.length, 0);
    if (lost > 0) log.warn({ metrics: lost }, 'metrics lost: CloudWatch was away for too long');
  }

  return {
    /** Takes calls over and sends all that wait, unless the last failure was just now. Never rejects. */
    async put(calls: readonly MetricDatum[][]): Promise<void> {
      pending.push(...calls);
      giveUp(pending.splice(0, pending.length - maxPending));
      if (sending || outage.retryNow()) await send();
    },
    /** A last try, pause or not; what then remains is given up. */
    async close(): Promise<void> {
      await sending;
      await send();
      giveUp(pending.splice(0));
      client.destroy();
    },
  };
}

/** Pauses after failures double from 1 s up to this. CloudWatch takes data up to two weeks old, so late is fine. */
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

/** An answer that no retry changes: CloudWatch read the call and called it wrong. Throttling and 5xx are not. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(InvalidParameter|MissingRequiredParameter|RequestEntityTooLarge)/.test(error.name)
  );
}
