import type { Metrics } from '../telemetry/metrics.ts';
import type { FleetReport } from './report-queue-length.ts';

/** Publishes a slot's reports. Sent at once, since scaling waits for them and their time is then that of their slot. */
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
