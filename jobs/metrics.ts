import type { QueueName } from './contract.ts';

/** The CloudWatch namespace of every metric below. */
export const metricNamespace = 'GameMetrics';

/**
 * A third dimension some metrics can be split by. Each value of it is one more billed metric: opt-in, value
 * by value.
 */
export type DetailDimension = 'Configuration' | 'PlayerId';

export interface Metric {
  /** What it measures, for whoever reads a dashboard. */
  readonly help: string;
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'None';
  /**
   * `level`: how much there is at a moment, of which the latest counts. `total`: how much was added, to be
   * summed up. `distribution`: single values, whose percentiles are what matters.
   */
  readonly shape: 'level' | 'total' | 'distribution';
  readonly detail?: DetailDimension;
  /** Seconds per stored point. 1 for what scaling reads every 10 s; 60, CloudWatch's default, elsewhere. */
  readonly resolution?: 1 | 60;
}

/**
 * Every metric of the fleet: the dashboard's and the alarms' interface.
 *
 * Each is published with the dimensions `Environment` and `Service`, the queue's name, and once more with its
 * detail dimension where the operator opted a value in. CloudWatch does not add up over dimensions, so an
 * alarm on the two always sees everything.
 */
export const metrics = {
  QueueLength: {
    help: 'Work that waits: jobs waiting, prioritised, or delayed and due, and tickets that no cycle has read.',
    unit: 'Count',
    shape: 'level',
    resolution: 1,
  },
  JobsWaiting: {
    help: 'The jobs among the work that waits. Scaling reads this: another task takes no part of a pool.',
    unit: 'Count',
    shape: 'level',
    resolution: 1,
  },
  JobsActive: {
    help: 'Jobs that workers are processing; 0 for an idle queue, so that its service scales in.',
    unit: 'Count',
    shape: 'level',
  },
  OldestJobAge: {
    help: 'How long the longest waiting job has been due; 0 when none waits.',
    unit: 'Seconds',
    shape: 'level',
    resolution: 1,
  },
  FailedJobs: { help: 'Failed jobs kept for inspection: the dead letters.', unit: 'Count', shape: 'level' },
  JobsFailed: {
    help: 'Jobs that failed for good: refused, or out of attempts.',
    unit: 'Count',
    shape: 'total',
  },
  JobsEnded: {
    help: 'Jobs that came to an end: done or refused. Those put off or thrown come back and do not count.',
    unit: 'Count',
    shape: 'total',
  },
  ActiveWorkers: {
    help: 'Worker processes connected to the queue.',
    unit: 'Count',
    shape: 'level',
    resolution: 1,
  },
  JobDuration: {
    help: "One attempt of a job, from its handler's start to its outcome or throw.",
    unit: 'Milliseconds',
    shape: 'distribution',
  },

  SessionCreationLatency: {
    help: 'From the request for a session to its record.',
    unit: 'Milliseconds',
    shape: 'distribution',
  },

  PlacementLatency: {
    help: 'One request to a placement webhook, whatever it answers.',
    unit: 'Milliseconds',
    shape: 'distribution',
    detail: 'Configuration',
  },
  PlacementsFailed: {
    help: 'Placement requests that brought no place: refused, not answered in time, or not understood.',
    unit: 'Count',
    shape: 'total',
    detail: 'Configuration',
  },

  MatchmakingTime: {
    help: 'From the start of a ticket to its match. Backfill tickets, which are being played, do not count.',
    unit: 'Milliseconds',
    shape: 'distribution',
    detail: 'Configuration',
  },
  TicketsSearching: {
    help: 'Tickets that search now.',
    unit: 'Count',
    shape: 'level',
    detail: 'Configuration',
  },
  TicketsStarted: { help: 'Tickets started.', unit: 'Count', shape: 'total', detail: 'Configuration' },
  TicketsCancelled: {
    help: 'Tickets that were cancelled, told some seconds later.',
    unit: 'Count',
    shape: 'total',
    detail: 'Configuration',
  },
  TicketsTimedOut: {
    help: 'Tickets that timed out, told some seconds later.',
    unit: 'Count',
    shape: 'total',
    detail: 'Configuration',
  },
  TicketsFailed: {
    help: 'Tickets whose match could not be made, told some seconds later.',
    unit: 'Count',
    shape: 'total',
    detail: 'Configuration',
  },
  OutboxLength: { help: 'Matches decided and not yet recorded.', unit: 'Count', shape: 'level' },
  MatchmakingLag: {
    help: 'How far matchmaking of the configuration furthest behind is, while new tickets are refused for it; else 0.',
    unit: 'Seconds',
    shape: 'level',
  },
  ComparisonWait: {
    help: 'How long no match has been decided, because the queue Redis started or took over and is yet to be compared with DocumentDB; else 0.',
    unit: 'Seconds',
    shape: 'level',
  },
  CyclesPaused: {
    help: 'Cycles that could not commit because the outbox was full: DocumentDB has been away for long.',
    unit: 'Count',
    shape: 'total',
    detail: 'Configuration',
  },
  MatchesCreated: { help: 'Matches decided.', unit: 'Count', shape: 'total', detail: 'Configuration' },

  EventLag: {
    help: 'Age of the oldest event that a topic, or the record of tickets, has yet to take.',
    unit: 'Seconds',
    shape: 'distribution',
  },
  EventsLost: {
    help: 'Events forgotten before a topic, or the record of tickets, had taken them.',
    unit: 'Count',
    shape: 'total',
  },
  EventsDelivered: { help: 'Events that topics accepted.', unit: 'Count', shape: 'total' },
  EventsRefused: {
    help: 'Events that a topic refused for good, kept with their reasons.',
    unit: 'Count',
    shape: 'total',
  },

  PlayerRating: {
    help: 'The rating players see, after each rated match.',
    unit: 'None',
    shape: 'distribution',
    detail: 'PlayerId',
  },

  MeasurementsLost: {
    help: 'Measurements that never reached CloudWatch: not a number, or given up in an outage.',
    unit: 'Count',
    shape: 'total',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/**
 * Whose measurement it is. The detail is accepted where the table above has that dimension and nowhere else.
 */
export type MeasuredOf<Name extends MetricName> = {
  readonly service: QueueName;
} & ((typeof metrics)[Name] extends {
  readonly detail: infer Detail;
}
  ? Detail extends 'Configuration'
    ? { readonly configuration?: string | undefined }
    : { readonly playerId?: string | undefined }
  : unknown);
