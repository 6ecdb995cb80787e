import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { queueNames } from '../../../jobs/contract.ts';
import type { MetricName } from '../../../jobs/metrics.ts';
import type { DataStack } from '../data/data-stack.ts';
import { fleetMetric } from '../fleet-metric.ts';
import type { StageSettings } from '../settings.ts';
import { worstNode, writer } from './store-metrics.ts';

export interface FleetDashboardProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly alarms: readonly IAlarm[];
}

/**
 * The fleet on one screen, read from top to bottom: is anything wrong, do players wait, does work pile up,
 * who is full.
 */
export class FleetDashboard extends Construct {
  constructor(scope: Construct, id: string, { settings, data, alarms }: FleetDashboardProps) {
    super(scope, id);
    const environment = settings.name;
    const perQueue = (name: MetricName, statistic: string, what = '') =>
      queueNames.map((service) =>
        fleetMetric(name, { environment, service, statistic }).with({ label: `${what} ${service}`.trim() }),
      );
    const ofMatches = (name: MetricName, statistic: string) =>
      fleetMetric(name, { environment, service: 'matchmaking', statistic }).with({
        label: `${name} ${statistic}`,
      });
    const ofSessions = (statistic: string) =>
      fleetMetric('SessionCreationLatency', { environment, service: 'session-creation', statistic }).with({
        label: statistic,
      });
    const ofPlacement = (name: MetricName, statistic: string) =>
      fleetMetric(name, { environment, service: 'session-creation', statistic }).with({
        label: `${name} ${statistic}`,
      });
    const ofEvents = (name: MetricName, statistic: string) =>
      fleetMetric(name, { environment, service: 'maintenance', statistic }).with({
        label: `${name} ${statistic}`,
      });
    const queue = data.queueCluster.group;
    const cache = data.sessionCache.group;
    const { cluster } = data.documentdb;

    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 })],
        ...[
          [
            graph('Players wait for a match (ms)', [
              ofMatches('MatchmakingTime', 'p50'),
              ofMatches('MatchmakingTime', 'p90'),
            ]),
            graph('Players wait for a session (ms)', [ofSessions('Average'), ofSessions('p99')]),
            graph('Tickets a minute', [
              ofMatches('TicketsStarted', 'Sum'),
              ofMatches('MatchesCreated', 'Sum'),
              ofMatches('TicketsTimedOut', 'Sum'),
              ofMatches('TicketsFailed', 'Sum'),
              ofMatches('TicketsCancelled', 'Sum'),
            ]),
          ],
          [
            graph('Jobs waiting', perQueue('QueueLength', 'Maximum')),
            graph('Oldest job (s)', perQueue('OldestJobAge', 'Maximum')),
            graph('Workers', perQueue('ActiveWorkers', 'Average')),
            graph('Jobs ended', perQueue('JobsEnded', 'Sum')),
            graph('One job (ms)', [
              ...perQueue('JobDuration', 'Average'),
              ofPlacement('PlacementLatency', 'p90'),
            ]),
          ],
          [
            graph('Queue cluster (%)', [
              worstNode(queue, 'DatabaseMemoryUsagePercentage'),
              worstNode(queue, 'EngineCPUUtilization'),
            ]),
            graph('Session cache (%)', [
              worstNode(cache, 'DatabaseMemoryUsagePercentage'),
              worstNode(cache, 'EngineCPUUtilization'),
            ]),
            graph('DocumentDB', [
              writer(cluster, 'CPUUtilization'),
              writer(cluster, 'DatabaseConnections', 'Maximum'),
            ]),
            graph('Waiting elsewhere', [
              ofMatches('CyclesPaused', 'Sum'),
              ofMatches('OutboxLength', 'Maximum'),
              ofMatches('MatchmakingLag', 'Maximum'),
              ofMatches('ComparisonWait', 'Maximum'),
              ofMatches('TicketsSearching', 'Maximum'),
              ofPlacement('PlacementsFailed', 'Sum'),
              ...perQueue('FailedJobs', 'Maximum', 'failed jobs of'),
              ...perQueue('MeasurementsLost', 'Sum', 'measurements lost of'),
            ]),
            graph('Events', [
              ofEvents('EventLag', 'Maximum'),
              ofEvents('EventsDelivered', 'Sum'),
              ofEvents('EventsRefused', 'Sum'),
              ofEvents('EventsLost', 'Sum'),
            ]),
          ],
        ].map(evenly),
      ],
    });
  }
}

/** A row of graphs over the whole width of the screen, which is 24 columns. */
const evenly = (row: readonly { title: string; left: IMetric[] }[]): GraphWidget[] =>
  row.map((graph) => new GraphWidget({ ...graph, width: Math.floor(24 / row.length), height: 5 }));

const graph = (title: string, left: IMetric[]) => ({ title, left });
