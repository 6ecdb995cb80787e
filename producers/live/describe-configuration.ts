import type { Activity, WaitEstimate } from '../../jobs/configuration/activity.ts';
import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import type { ActivityReader } from './activity.ts';
import type { PoolReader } from './pools.ts';
import type { TicketStates } from './ticket-state.ts';

/** A configuration in force, what waits in it, and its last hour. */
export interface DescribedConfiguration {
  readonly installed: InstalledConfiguration;
  /** Since when an operator has paused it, ISO 8601. */
  readonly pausedSince?: string;
  /** How far (ms) it is behind, where it takes no new tickets for it. */
  readonly refusesForLagMs?: number;
  /** Pools that hold tickets, these tickets, and their players. */
  readonly pools: number;
  readonly tickets: number;
  readonly players: number;
  /** When the oldest ticket began to wait, ISO 8601. */
  readonly oldestSince?: string;
  /** Over the last five to ten minutes. */
  readonly matchesPerMinute: number;
  /** Absent when no ticket was matched in the last hour. */
  readonly wait?: WaitEstimate;
  readonly lastHour: Omit<Activity, 'waits'>;
}

export interface ConfigurationReaders {
  readonly pools: PoolReader;
  readonly activity: ActivityReader;
  readonly states: TicketStates;
}

export async function describeConfiguration(
  installed: InstalledConfiguration,
  { pools, activity, states }: ConfigurationReaders,
): Promise<DescribedConfiguration> {
  const { name } = installed.configuration;
  const [found, hour, pausedSince, lag] = await Promise.all([
    pools.poolsOf(name),
    activity.clock().then(({ now }) => activity.lastHour(name, now)),
    states.pausedSince(name),
    states.refusedLag(name),
  ]);
  const { matchesPerMinute, wait, ...lastHour } = hour;
  const oldestSince = found.flatMap((it) => it.oldestSince ?? []).sort()[0];
  return {
    installed,
    ...(pausedSince && { pausedSince }),
    ...(lag > 0 && { refusesForLagMs: lag }),
    pools: found.length,
    tickets: found.reduce((sum, it) => sum + it.tickets, 0),
    players: found.reduce((sum, it) => sum + it.players, 0),
    ...(oldestSince && { oldestSince }),
    matchesPerMinute,
    ...(wait && { wait }),
    lastHour,
  };
}
