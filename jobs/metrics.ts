import type { QueueName } from './contract.ts';

/** The CloudWatch namespace of every metric below. */
export const metricNamespace = 'GameMetrics';

/** A third dimension some metrics can be split by. Each value of it is one more billed metric: opt-in, value by value. */
export type DetailDimension = 'Configuration' | 'PlayerId';

export interface Metric {
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'None';
  /**
   * `level`: how much there is at a moment, of which the latest counts. `total`: how much was added, to be summed up.
   * `distribution`: single values, whose percentiles are what matters.
   */
  readonly shape: 'level' | 'total' | 'distribution';
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
  /** Work that waits, in jobs (waiting, prioritised, or delayed and due) and in arrivals that no cycle has read; one reporter. */
  QueueLength: { unit: 'Count', shape: 'level', resolution: 1 },
  /** The jobs of it. Scaling reads this: another task takes waiting jobs, but no part of a pool's arrivals. */
  JobsWaiting: { unit: 'Count', shape: 'level', resolution: 1 },
  /** Jobs that workers are processing. Scaling counts it as busy slots; 0 for an idle queue, so that its service scales in. */
  JobsActive: { unit: 'Count', shape: 'level' },
  /** Age of the oldest job that could run now; 0 for an empty queue. */
  OldestJobAge: { unit: 'Seconds', shape: 'level', resolution: 1 },
  /** Failed jobs kept for inspection: the dead letters. */
  FailedJobs: { unit: 'Count', shape: 'level' },
  /** Jobs that failed for good: refused, or out of attempts. */
  JobsFailed: { unit: 'Count', shape: 'total' },
  /** Jobs that came to an end: done or refused. Not those put off or thrown, which come back: an outage has many of them. */
  JobsEnded: { unit: 'Count', shape: 'total' },
  /** Worker processes connected to the queue. Scaling divides by it. */
  ActiveWorkers: { unit: 'Count', shape: 'level', resolution: 1 },
  /** One attempt, from the handler's start to its outcome or throw. */
  JobDuration: { unit: 'Milliseconds', shape: 'distribution' },

  /** Enqueue to persisted. */
  SessionCreationLatency: { unit: 'Milliseconds', shape: 'distribution' },

  /** One request to a placement webhook, whatever it says. */
  PlacementLatency: { unit: 'Milliseconds', shape: 'distribution', detail: 'Configuration' },
  /** Requests that brought no place: refused, not answered in time, or not understood. */
  PlacementsFailed: { unit: 'Count', shape: 'total', detail: 'Configuration' },

  /** Ticket start to commit, once per ticket that waited to play; who plays already and gets company does not. */
  MatchmakingTime: { unit: 'Milliseconds', shape: 'distribution', detail: 'Configuration' },
  /** Tickets in a configuration's pools; one reporter. */
  TicketsSearching: { unit: 'Count', shape: 'level', detail: 'Configuration' },
  TicketsStarted: { unit: 'Count', shape: 'total', detail: 'Configuration' },
  /** Tickets that ended without a match, told by the event that says so, some seconds later. */
  TicketsCancelled: { unit: 'Count', shape: 'total', detail: 'Configuration' },
  TicketsTimedOut: { unit: 'Count', shape: 'total', detail: 'Configuration' },
  TicketsFailed: { unit: 'Count', shape: 'total', detail: 'Configuration' },
  /** Matches decided and not yet recorded; one reporter. */
  OutboxLength: { unit: 'Count', shape: 'level' },
  /** How far matchmaking of the configuration furthest behind is, while producers are refused for it; else 0. One reporter; alarm on any. */
  MatchmakingLag: { unit: 'Seconds', shape: 'level' },
  /** Cycles that could not commit, the outbox being full: DocumentDB has been away for long. Alarm on any. */
  CyclesPaused: { unit: 'Count', shape: 'total', detail: 'Configuration' },
  MatchesCreated: { unit: 'Count', shape: 'total', detail: 'Configuration' },

  /** Age of the oldest event that a topic, or the record of tickets, has yet to take: one value per follower and run. */
  EventLag: { unit: 'Seconds', shape: 'distribution' },
  /** Events forgotten before a topic, or the record of tickets, had taken them. Alarm on any. */
  EventsLost: { unit: 'Count', shape: 'total' },
  /** Events that topics accepted. */
  EventsDelivered: { unit: 'Count', shape: 'total' },
  /** Events that a topic refused for good, kept with their reasons. */
  EventsRefused: { unit: 'Count', shape: 'total' },

  /** The rating players see, after each rated match: a distribution over all players. */
  PlayerRating: { unit: 'None', shape: 'distribution', detail: 'PlayerId' },

  /** Measurements that never reached CloudWatch: not a number, or given up in an outage. Published when it is over. */
  MeasurementsLost: { unit: 'Count', shape: 'total' },
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
