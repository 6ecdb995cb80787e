import { type ContainerDefinitionOptions, Protocol } from 'aws-cdk-lib/aws-ecs';
import type { StageSettings } from '../settings.ts';
import { image } from './image.ts';

const daemonPort = 2000;
const collectorPort = 4318;

type Sidecar = Pick<ContainerDefinitionOptions, 'image' | 'command' | 'environment' | 'portMappings'> & {
  /** What the worker beside it is told. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
};

/**
 * Takes a task's traces on loopback and sends them to X-Ray: AWS's daemon, or a collector of OpenTelemetry.
 */
export const traceSidecar = ({ traces, region }: StageSettings): Sidecar =>
  traces === 'xray'
    ? {
        image: image('xray-daemon'),
        command: ['--region', region, '--local-mode', '--log-level', 'warn'],
        portMappings: [{ containerPort: daemonPort, protocol: Protocol.UDP }],
        workerEnvironment: { AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemonPort}` },
      }
    : {
        image: image('collector'),
        // Its own image reads the configuration from this variable.
        environment: { AOT_CONFIG_CONTENT: collectorConfig(region) },
        portMappings: [{ containerPort: collectorPort, protocol: Protocol.TCP }],
        workerEnvironment: { OTLP_TRACES_URL: `http://127.0.0.1:${collectorPort}/v1/traces` },
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
