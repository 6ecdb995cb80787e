import {
  type ContainerDefinitionOptions,
  type FargateTaskDefinition,
  type LogDriver,
  Protocol,
} from 'aws-cdk-lib/aws-ecs';
import type { StageSettings } from '../settings.ts';
import { user } from './fleet-task.ts';
import { image } from './image.ts';

const daemonPort = 2000;
const collectorPort = 4318;

type Sidecar = Pick<ContainerDefinitionOptions, 'image' | 'command' | 'environment' | 'portMappings'> & {
  /** What the process beside it is told. */
  readonly told: Readonly<Record<string, string>>;
};

/** What of a task's processor and memory goes to the sidecar. */
export const sidecarSize = { cpu: 32, memoryMiB: 128 };

/**
 * Takes a task's traces on loopback and sends them to X-Ray: AWS's daemon, or a collector of OpenTelemetry.
 */
const traceSidecar = ({ traces, region }: StageSettings): Sidecar =>
  traces === 'xray'
    ? {
        image: image('xray-daemon'),
        command: ['--region', region, '--local-mode', '--log-level', 'warn'],
        portMappings: [{ containerPort: daemonPort, protocol: Protocol.UDP }],
        told: { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemonPort}` },
      }
    : {
        image: image('collector'),
        // Its own image reads the configuration from this variable.
        environment: { AOT_CONFIG_CONTENT: collectorConfig(region) },
        portMappings: [{ containerPort: collectorPort, protocol: Protocol.TCP }],
        told: { OTLP_TRACES_URL: `http://127.0.0.1:${collectorPort}/v1/traces` },
      };

/** JSON is YAML. Traces alone: metrics go to CloudWatch by themselves. */
const collectorConfig = (region: string): string =>
  JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${collectorPort}` } } } },
    processors: { batch: { timeout: '1s', send_batch_size: 50 } },
    // Annotations are named in the attribute `aws.xray.annotations`; everything else stays metadata.
    exporters: { awsxray: { region, index_all_attributes: false, local_mode: true } },
    service: {
      pipelines: { traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['awsxray'] } },
      telemetry: { logs: { level: 'warn' } },
    },
  });

/** Where a task's process sends its traces, as its environment says it. */
export const tracesEnvironment = (settings: StageSettings): Readonly<Record<string, string>> => ({
  ...traceSidecar(settings).told,
  TRACE_SAMPLING: String(settings.traceSampling),
});

/** Adds the sidecar; the task's own container comes before it. */
export function addTraceSidecar(
  definition: FargateTaskDefinition,
  settings: StageSettings,
  logging: LogDriver,
): void {
  const { told: _ofProcess, ...traces } = traceSidecar(settings);
  definition.addContainer('xray', {
    ...traces,
    user,
    readonlyRootFilesystem: true,
    // Traces are worth having, not worth stopping a task for.
    essential: false,
    cpu: sidecarSize.cpu,
    memoryLimitMiB: sidecarSize.memoryMiB,
    logging,
  });
}
