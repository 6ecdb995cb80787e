import { CpuArchitecture, FargateTaskDefinition, OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import { removalPolicy, type StageSettings } from '../settings.ts';

export interface FleetTaskProps {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly settings: StageSettings;
  readonly data: DataStack;
}

/** `nonroot` of the distroless images: nobody, in every container of a task. */
export const user = '65532';

/**
 * What every task of the fleet's image has: the platform it is built for, and an encrypted log of its own.
 */
export const defineFleetTask = (scope: Construct, { cpu, memoryMiB, settings, data }: FleetTaskProps) => ({
  definition: new FargateTaskDefinition(scope, 'Definition', {
    cpu,
    memoryLimitMiB: memoryMiB,
    runtimePlatform: {
      cpuArchitecture: CpuArchitecture.ARM64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
  }),
  logGroup: new LogGroup(scope, 'Logs', {
    retention: settings.logDays,
    encryptionKey: data.encryptionKey,
    removalPolicy: removalPolicy(settings),
  }),
});
