import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { FollowStores } from './follow-stream.ts';

/** Tells metrics and log how those who follow a stream get on. */
export function reportFollowers({ observe }: Metrics, log: Log): FollowStores['observe'] {
  const service = 'maintenance';
  return {
    lag: (seconds) => observe('EventLag', seconds, { service }),
    lost(follower, count) {
      observe('EventsLost', count, { service });
      log.error({ follower, count }, 'events were forgotten before a follower took them');
    },
    failed: (follower, err) => log.warn({ follower, err }, 'events wait: a follower could not take them'),
  };
}
