import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { removalPolicy } from './removal.ts';
import { type StageSettings, topicsOf } from './settings.ts';

/** The AWS services a task calls: images, logs, metrics, traces, secrets; and topics, where the stage names any. */
const endpoints = (settings: StageSettings) => ({
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Metrics: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Traces: InterfaceVpcEndpointAwsService.XRAY,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  ...(topicsOf(settings).length > 0 && { Topics: InterfaceVpcEndpointAwsService.SNS }),
});

export const valkeyPort = 6379;
export const documentdbPort = 27017;

/**
 * A network without a way out: no internet gateway, no NAT. Tasks reach AWS through endpoints and the stores through
 * one rule each, so what a hostile payload could make a worker do ends here.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** Every task of the fleet. */
  readonly workers: SecurityGroup;
  /** Upstream services join this group to reach the queue cluster, and nothing else. */
  readonly producers: SecurityGroup;
  /** The function that changes DocumentDB's password. */
  readonly rotation: SecurityGroup;
  readonly queueCluster: SecurityGroup;
  readonly sessionCache: SecurityGroup;
  readonly documentdb: SecurityGroup;

  constructor(scope: Construct, id: string, settings: StageSettings, encryptionKey: IKey) {
    super(scope, id);
    const isolated = { subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 };
    // Under exactOptionalPropertyTypes the library's classes do not fit its own interfaces unasked.
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(settings.cidr),
      availabilityZones: settings.availabilityZones,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'tasks', ...isolated },
        { name: 'stores', ...isolated },
      ],
      gatewayEndpoints: { ImageLayers: { service: GatewayVpcEndpointAwsService.S3 } },
    }) as IVpc;
    this.vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RefusedTraffic', {
          retention: settings.logDays,
          encryptionKey,
          removalPolicy: removalPolicy(settings),
        }),
      ),
    });

    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc: this.vpc, description, allowAllOutbound: false });
    this.workers = group('Workers', 'Tasks of the fleet');
    this.producers = group('Producers', 'Services that put jobs on the queues');
    this.rotation = group('Rotation', 'Rotation of the DocumentDB password');
    this.queueCluster = group('QueueCluster', 'Queues and pools');
    this.sessionCache = group('SessionCache', 'Session cache');
    this.documentdb = group('DocumentDb', 'Records');
    const aws = group('Endpoints', 'AWS services');

    const allow = (from: SecurityGroup, to: SecurityGroup, port: number, why: string) =>
      from.connections.allowTo(to, Port.tcp(port), why);
    allow(this.workers, this.queueCluster, valkeyPort, 'workers take jobs');
    allow(this.producers, this.queueCluster, valkeyPort, 'producers add jobs');
    allow(this.workers, this.sessionCache, valkeyPort, 'workers cache sessions');
    allow(this.workers, this.documentdb, documentdbPort, 'workers keep records');
    allow(this.workers, aws, 443, 'workers log, measure and read their secrets');
    allow(this.rotation, aws, 443, 'rotation stores the new password');
    for (const [name, service] of Object.entries(endpoints(settings)))
      this.vpc.addInterfaceEndpoint(name, {
        service,
        open: false,
        securityGroups: [aws],
        subnets: { subnetGroupName: 'tasks' },
      });
    // Image layers come from S3 through the gateway, whose addresses are S3's public ones.
    this.workers.connections.allowToAnyIpv4(Port.tcp(443), 'image layers, by the S3 gateway endpoint');
  }
}
