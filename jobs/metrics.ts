import type { QueueName } from './contract.ts';

/** The CloudWatch namespace of every metric below. */
export const metricNamespace = 'GameMetrics';

/** A third dimension some metrics can be split by. Each value of it is one more billed metric: opt-in, value by value. */
export type DetailDimension = 'Configuration' | 'PlayerId';

export interface Metric {
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'None';
  readonly detail?: DetailDimension;
  /** Seconds per stored point. 1 for what scaling reads every 10 s; 60, CloudWatch's default, elsewhere. */
  readonly resolution?: 1 | 60;
}

/**
 * Every metric of the fleet: the dashboard's and the alarms' interface.
 *
 * Each is published with the dimensions `Environment` and `Service`, the queue's name, and once more with its detail
 * dimension where the operator opted a value in. CloudWatch does not add up over dimensions, so an alarm on the two
 * always sees everything.
 */
export const metrics = {
  /** Jobs waiting, prioritised, or delayed and due; one reporter. */
  QueueLength: { unit: 'Count', resolution: 1 },
  /** Age of the oldest job that could run now; 0 for an empty queue. */
  OldestJobAge: { unit: 'Seconds', resolution: 1 },
  /** Failed jobs kept for inspection. */
  FailedJobs: { unit: 'Count' },
  /** Worker processes connected to the queue. Scaling divides by it. */
  ActiveWorkers: { unit: 'Count', resolution: 1 },
  /** One attempt, from the handler's start to its outcome or throw. */
  JobDuration: { unit: 'Milliseconds' },

  /** Enqueue to persisted. */
  SessionCreationLatency: { unit: 'Milliseconds' },

  /** Ticket start to commit, once per ticket. */
  MatchmakingTime: { unit: 'Milliseconds', detail: 'Configuration' },
  /** Tickets in the pool after a cycle. */
  TicketsSearching: { unit: 'Count', detail: 'Configuration' },
  TicketsStarted: { unit: 'Count', detail: 'Configuration' },
  TicketsCancelled: { unit: 'Count', detail: 'Configuration' },
  TicketsTimedOut: { unit: 'Count', detail: 'Configuration' },
  TicketsFailed: { unit: 'Count', detail: 'Configuration' },
  /** Cycles that could not commit, the outbox being full: DocumentDB has been away for long. Alarm on any. */
  CyclesPaused: { unit: 'Count', detail: 'Configuration' },
  MatchesCreated: { unit: 'Count', detail: 'Configuration' },

  /** The rating players see, after each rated match: a distribution over all players. */
  PlayerRating: { unit: 'None', detail: 'PlayerId' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/** Whose measurement it is. The detail is accepted where the table above has that dimension and nowhere else. */
export type MeasuredOf<Name extends MetricName> = {
  readonly service: QueueName;
} & ((typeof metrics)[Name] extends {
  readonly detail: infer Detail;
}
  ? Detail extends 'Configuration'
    ? { readonly configuration?: string | undefined }
    : { readonly playerId?: string | undefined }
  : unknown);
