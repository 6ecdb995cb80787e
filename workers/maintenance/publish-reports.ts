import type { QueueName } from '../../jobs/contract.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** One queue's state at one moment. */
export interface QueueReport {
  readonly queue: QueueName;
  /**
   * Waiting and prioritised jobs, and delayed ones whose time has come. Upkeep that the clock has added just
   * now is none.
   */
  readonly waiting: number;
  /** Those, and tickets that no cycle and results that no rater has read: work, however it waits. */
  readonly length: number;
  /** Jobs that a worker is processing. */
  readonly active: number;
  /** How long the longest waiting job has been due, seconds; 0 when none waits. */
  readonly oldestSeconds: number;
  readonly failed: number;
  readonly workers: number;
}

/** The fleet's state at one moment. */
export interface FleetReport {
  readonly queues: readonly QueueReport[];
  readonly outboxLength: number;
  /** Tickets that search, by configuration. */
  readonly searching: ReadonlyMap<string, number>;
  /** How far (ms) matchmaking is behind where new tickets are refused for it; else 0. */
  readonly lag: number;
  /**
   * How long (ms) cycles have waited for the queue store to be compared with the record; 0 while they do not.
   */
  readonly uncomparedMs: number;
}

/**
 * Publishes a slot's reports. Sent at once, since scaling waits for them and their time is then that of their
 * slot.
 */
export const publishReports = ({ observe, flush }: Metrics) => {
  /** Configurations in which nobody has searched yet are no metric: each would be billed. */
  const used = new Set<string>();
  return ({ queues, outboxLength, searching, lag, uncomparedMs }: FleetReport): void => {
    observe('OutboxLength', outboxLength, { service: 'matchmaking' });
    observe('MatchmakingLag', lag / 1_000, { service: 'matchmaking' });
    observe('ComparisonWait', uncomparedMs / 1_000, { service: 'matchmaking' });
    for (const [configuration, count] of searching) {
      if (count > 0) used.add(configuration);
      if (used.has(configuration))
        observe('TicketsSearching', count, { service: 'matchmaking', configuration });
    }
    for (const { queue, length, waiting, active, oldestSeconds, failed, workers } of queues) {
      observe('QueueLength', length, { service: queue });
      observe('JobsWaiting', waiting, { service: queue });
      observe('JobsActive', active, { service: queue });
      observe('OldestJobAge', oldestSeconds, { service: queue });
      observe('FailedJobs', failed, { service: queue });
      observe('ActiveWorkers', workers, { service: queue });
    }
    void flush();
  };
};
