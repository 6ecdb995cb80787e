import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import type { WorkersStack } from '../workers/workers-stack.ts';
import { missing } from './alarm-rule.ts';
import { Alarms } from './alarms.ts';
import { Alerts } from './alerts.ts';
import { FleetDashboard } from './dashboard.ts';
import { eventAlarms } from './event-alarms.ts';
import { playerAlarms } from './player-alarms.ts';
import { queueAlarms } from './queue-alarms.ts';
import { storeAlarms } from './store-alarms.ts';
import { TaskStops } from './task-stops.ts';

export interface WatchStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly workers: WorkersStack;
}

/** Who tells whom, and what about: the topic, every alarm, the dashboard, the budget. */
export class WatchStack extends Stack {
  /** Whoever is on call subscribes here. */
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { settings, data, workers, ...props }: WatchStackProps) {
    super(scope, id, props);
    // Restoring a store replaces it, and CloudFormation lets no export change that another stack imports.
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const { encryptionKey } = data;
    const { topic } = new Alerts(this, 'Alerts', settings, encryptionKey);
    this.topic = topic;
    const stops = new TaskStops(this, 'TaskStops', { settings, cluster: workers.cluster, encryptionKey });
    const alarms = new Alarms(this, 'Alarms', {
      topic,
      runbookUrl: settings.runbookUrl,
      rules: [
        ...playerAlarms(settings),
        ...queueAlarms(settings),
        ...storeAlarms(settings, data),
        ...eventAlarms(settings),
        {
          runbook: 'worker-restarts',
          meaning: `More than ${settings.alarms.restarts} tasks crashed or were replaced within five minutes.`,
          metric: stops.count,
          threshold: settings.alarms.restarts,
          periods: 1,
          missing: missing.isQuiet,
          urgency: 'notice',
        },
      ],
    });
    new FleetDashboard(this, 'Overview', { settings, data, alarms: [alarms.composite, ...alarms.all] });
    new CfnOutput(this, 'TaskStopsLogs', { value: stops.logGroup.logGroupName });
    if (settings.monthlyBudgetUsd !== undefined) budget(this, settings.monthlyBudgetUsd, topic.topicArn);
  }
}

/** Says so when the month is going to cost more, in time to do something about it. */
function budget(scope: Construct, amount: number, address: string): CfnBudget {
  return new CfnBudget(scope, 'Budget', {
    budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' } },
    notificationsWithSubscribers: [
      {
        notification: {
          notificationType: 'FORECASTED',
          comparisonOperator: 'GREATER_THAN',
          threshold: 100,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'SNS', address }],
      },
    ],
  });
}
