import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Rule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { removalPolicy, type StageSettings } from '../settings.ts';

export interface TaskStopsProps {
  readonly settings: StageSettings;
  readonly cluster: ICluster;
  readonly encryptionKey: IKey;
}

/** Tasks that ended although nobody asked them to: each with ECS's reason in a log group, and counted. */
export class TaskStops extends Construct {
  readonly logGroup: LogGroup;
  readonly count: Metric;

  constructor(scope: Construct, id: string, { settings, cluster, encryptionKey }: TaskStopsProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logDays,
      encryptionKey,
      removalPolicy: removalPolicy(settings),
    });
    this.logGroup.grantWrite(new ServicePrincipal('events.amazonaws.com'));
    this.logGroup.grantWrite(new ServicePrincipal('delivery.logs.amazonaws.com'));
    const rule = new Rule(this, 'Rule', {
      description: 'Tasks of the fleet that crashed, failed their health check or could not start',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          clusterArn: [cluster.clusterArn],
          lastStatus: ['STOPPED'],
          // The scheduler also stops tasks to scale in and to deploy; of those, only unhealthy ones are news.
          $or: [
            { stopCode: ['EssentialContainerExited', 'TaskFailedToStart'] },
            { stoppedReason: [{ wildcard: '*health checks*' }] },
          ],
        },
      },
    });
    rule.addTarget({ bind: () => ({ arn: this.logGroup.logGroupArn }) });
    this.count = new Metric({
      namespace: 'AWS/Events',
      metricName: 'Invocations',
      dimensionsMap: { RuleName: rule.ruleName },
      statistic: 'Sum',
      period: Duration.minutes(5),
    });
  }
}
