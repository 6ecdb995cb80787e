import type { WaitEstimate } from '../../jobs/configuration/activity.ts';
import { queueNames } from '../../jobs/contract.ts';
import type { DescribedConfiguration } from '../live/describe-configuration.ts';
import type { QueueState } from '../operator-requests.ts';
import type { Fleet } from './screen.ts';

/** A configuration as the overview shows it. Times are ISO 8601, waits ms. */
export interface ConfigurationNow {
  readonly name: string;
  readonly version: number;
  readonly requestTimeoutSeconds: number;
  readonly tickets: number;
  readonly players: number;
  readonly pools: number;
  readonly oldestSince?: string;
  readonly matchesPerMinute: number;
  readonly wait?: WaitEstimate;
  readonly pausedSince?: string;
  readonly refusesForLagMs?: number;
}

export interface OverviewData {
  readonly configurations: readonly ConfigurationNow[];
  readonly queues: readonly QueueState[];
  /** Matches decided and not stored. */
  readonly outbox: number;
}

export async function readOverview({ client }: Fleet): Promise<OverviewData> {
  const [configurations, outbox, queues] = await Promise.all([
    client.describeConfigurationAll(),
    client.readOutboxLength(),
    Promise.all(queueNames.map((name) => client.describeQueue(name))),
  ]);
  return { configurations: configurations.map(nowOf), queues, outbox };
}

/** Without the settings and the rule set, which are long. */
export function nowOf({ installed, lastHour: _hour, ...live }: DescribedConfiguration): ConfigurationNow {
  const { configuration, version } = installed;
  const { name, requestTimeoutSeconds } = configuration;
  return { name, version, requestTimeoutSeconds, ...live };
}
