import { FargateService, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { QueueName } from '../../../jobs/contract.ts';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { BacklogScaling } from './backlog-scaling.ts';
import { WorkerTask } from './worker-task.ts';

export interface WorkerServiceProps {
  readonly queue: QueueName;
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly cluster: ICluster;
}

/** The tasks that serve one queue, as many as its backlog asks for. */
export class WorkerService extends Construct {
  readonly service: FargateService;
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, { queue, settings, data, cluster }: WorkerServiceProps) {
    super(scope, id);
    const { minTasks, maxTasks, spot } = settings.services[queue];
    const { definition, logGroup } = new WorkerTask(this, 'Task', { queue, settings, data, cluster });
    this.logGroup = logGroup;
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: definition,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroups: [data.network.workers],
      assignPublicIp: false,
      // New tasks take jobs beside the old ones before those are told to stop.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      // Spot for what comes and goes; the ones that must always be there are not taken away.
      capacityProviderStrategies: spot
        ? [
            { capacityProvider: 'FARGATE', base: minTasks, weight: 0 },
            { capacityProvider: 'FARGATE_SPOT', weight: 1 },
          ]
        : [{ capacityProvider: 'FARGATE', weight: 1 }],
      enableExecuteCommand: false,
    });
    const target = this.service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
    new BacklogScaling(this, 'Scaling', { queue, settings, target });
  }
}
