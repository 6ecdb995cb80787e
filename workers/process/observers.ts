import type { QueueName } from '../../jobs/contract.ts';
import type { RunOptions } from '../runtime/run.ts';
import type { WebhookOptions } from '../session-creation/webhook.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracer } from '../telemetry/tracer.ts';

/** Tells metrics and log of jobs that end. */
export const endObserver =
  ({ observe }: Metrics, log: Log, queue: QueueName): RunOptions['onEnd'] =>
  (kind, outcome, ms) => {
    observe('JobDuration', ms, { service: queue });
    if (outcome === 'done' || outcome === 'refused') observe('JobsEnded', 1, { service: queue });
    log.debug({ queue, kind, outcome, ms: Math.round(ms) }, 'job ended');
  };

/** Tells metrics, trace and log what placement webhooks say; what they are asked stays out of both. */
export const placementObserver =
  (metrics: Metrics, tracer: Tracer, log: Log): WebhookOptions['onAnswer'] =>
  (configuration, answer, ms) => {
    const of = { service: 'session-creation', configuration } as const;
    metrics.observe('PlacementLatency', ms, of);
    if (answer.kind === 'placed') return;
    metrics.observe('PlacementsFailed', 1, of);
    tracer.mark(answer.kind === 'refused' ? 'error' : 'fault');
    log.warn({ configuration, answer: answer.kind, detail: answer.detail }, 'match not placed');
  };
