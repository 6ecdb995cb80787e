import { Aws } from 'aws-cdk-lib';
import {
  CfnRoute,
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { removalPolicy, type StageSettings } from '../settings.ts';
import { addEndpoints } from './endpoints.ts';

export const valkeyPort = 6379;
export const documentdbPort = 27017;
/** Where a task answers for its health, and Prometheus. */
export const healthPort = 8080;

/**
 * A network without a way out: no internet gateway, no NAT. Tasks reach AWS through endpoints and the stores
 * through one rule each, so what a hostile payload could make a worker do ends here. In a VPC that is there
 * already the same groups and rules hold; its routes are its owner's.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** Every task of the fleet. */
  readonly workers: SecurityGroup;
  /**
   * Upstream services in this VPC join this group to reach the queue cluster and its secret, and nothing
   * else.
   */
  readonly producers: SecurityGroup;
  /** The function that changes DocumentDB's password. */
  readonly rotation: SecurityGroup;
  readonly queueCluster: SecurityGroup;
  readonly sessionCache: SecurityGroup;
  readonly documentdb: SecurityGroup;
  /** The AWS services that tasks call, where the stage makes the endpoints. */
  #endpoints: SecurityGroup | undefined;

  constructor(scope: Construct, id: string, settings: StageSettings, encryptionKey: IKey) {
    super(scope, id);
    this.vpc = settings.existingVpc
      ? this.#imported(settings, settings.existingVpc)
      : this.#made(settings, encryptionKey);

    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc: this.vpc, description, allowAllOutbound: false });
    this.workers = group('Workers', 'Tasks of the fleet');
    this.producers = group('Producers', 'Services that put jobs on the queues');
    this.rotation = group('Rotation', 'Rotation of the DocumentDB password');
    this.queueCluster = group('QueueCluster', 'Queues and pools');
    this.sessionCache = group('SessionCache', 'Session cache');
    this.documentdb = group('DocumentDb', 'Records');

    const allow = (from: SecurityGroup, to: SecurityGroup, port: number, why: string) =>
      from.connections.allowTo(to, Port.tcp(port), why);
    allow(this.workers, this.queueCluster, valkeyPort, 'workers take jobs');
    allow(this.producers, this.queueCluster, valkeyPort, 'producers add jobs');
    allow(this.workers, this.sessionCache, valkeyPort, 'workers cache sessions');
    allow(this.workers, this.documentdb, documentdbPort, 'workers keep records');
    this.#admitProducers(settings);
    this.#waysToAws(settings, group);
    this.workers.addEgressRule(Peer.prefixList(settings.s3PrefixList), Port.tcp(443), layersWhy);
    for (const network of settings.metrics.readFrom)
      this.workers.addIngressRule(Peer.ipv4(network), Port.tcp(healthPort), 'Prometheus reads metrics');
    if (settings.placementHosts.length > 0)
      this.workers.connections.allowToAnyIpv4(Port.tcp(443), 'hosts that place matches');
  }

  /**
   * Lets tasks of another stack call the AWS services, and nobody else outside. The rule is part of that
   * stack.
   */
  admitToAws(tasks: SecurityGroup, settings: StageSettings, why: string): void {
    if (this.#endpoints) tasks.connections.allowTo(this.#endpoints, Port.tcp(443), why);
    else tasks.addEgressRule(Peer.ipv4(settings.cidr), Port.tcp(443), why);
    tasks.addEgressRule(Peer.prefixList(settings.s3PrefixList), Port.tcp(443), layersWhy);
  }

  /** Producers whom their VPC keeps in groups of its own, or whom another VPC or a VPN brings. */
  #admitProducers({ producers }: StageSettings): void {
    for (const from of producers.securityGroupIds)
      this.queueCluster.addIngressRule(Peer.securityGroupId(from), Port.tcp(valkeyPort), `${from} adds jobs`);
    for (const from of producers.cidrs)
      this.queueCluster.addIngressRule(Peer.ipv4(from), Port.tcp(valkeyPort), `${from} adds jobs`);
  }

  #waysToAws(settings: StageSettings, group: (name: string, description: string) => SecurityGroup): void {
    const https = Port.tcp(443);
    const ours: [SecurityGroup, string][] = [
      [this.workers, 'workers log, measure and read their secrets'],
      [this.producers, 'producers read their secret'],
      [this.rotation, 'rotation stores the new password'],
    ];
    if (settings.existingVpc?.endpoints === 'there') {
      for (const [from, why] of ours) from.addEgressRule(Peer.ipv4(settings.cidr), https, why);
      return;
    }
    const aws = group('Endpoints', 'AWS services');
    this.#endpoints = aws;
    for (const [from, why] of ours) from.connections.allowTo(aws, https, why);
    for (const from of settings.producers.securityGroupIds)
      aws.addIngressRule(Peer.securityGroupId(from), https, `${from} reads its secret`);
    addEndpoints(this.vpc, settings, aws);
  }

  #made(settings: StageSettings, encryptionKey: IKey): IVpc {
    const isolated = { subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 };
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(settings.cidr),
      availabilityZones: settings.availabilityZones,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'tasks', ...isolated },
        { name: 'stores', ...isolated },
      ],
    });
    imageLayers(vpc as IVpc, settings);
    addRoutes(vpc, settings);
    vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RefusedTraffic', {
          retention: settings.logDays,
          encryptionKey,
          removalPolicy: removalPolicy(settings),
        }),
      ),
    });
    // Under exactOptionalPropertyTypes the library's classes do not fit its own interfaces unasked.
    return vpc as IVpc;
  }

  #imported(settings: StageSettings, given: NonNullable<StageSettings['existingVpc']>): IVpc {
    const { vpcId, taskSubnets, storeSubnets } = given;
    const subnets = [...taskSubnets, ...storeSubnets];
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      vpcCidrBlock: settings.cidr,
      availabilityZones: settings.availabilityZones,
      isolatedSubnetIds: subnets.map((it) => it.id),
      isolatedSubnetRouteTableIds: subnets.map((it) => it.routeTableId),
      isolatedSubnetNames: ['tasks', 'stores'],
    });
    if (given.endpoints === 'make') imageLayers(vpc, settings);
    return vpc;
  }
}

/** Both kinds of subnets: the queue cluster is in one, the load balancer of the HTTP API in the other. */
function addRoutes(vpc: Vpc, { producers }: StageSettings): void {
  for (const { cidr, by } of producers.routes)
    for (const subnet of vpc.isolatedSubnets)
      new CfnRoute(vpc, `Route${subnet.node.id}${cidr}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: cidr,
        ...(by.startsWith('pcx-') ? { vpcPeeringConnectionId: by } : { transitGatewayId: by }),
      });
}

const layersWhy = 'image layers, by the S3 gateway endpoint';

/**
 * The bucket that holds the layers of every image in ECR, named by AWS for whoever restricts an endpoint to
 * it.
 */
const layersOf = (region: string) => `arn:${Aws.PARTITION}:s3:::prod-${region}-starport-layer-bucket/*`;

/** S3 by a route of the subnets. Only ECR's own bucket can be read, and none can be written. */
function imageLayers(vpc: IVpc, { region }: StageSettings): void {
  const endpoint: GatewayVpcEndpoint = vpc.addGatewayEndpoint('ImageLayers', {
    service: GatewayVpcEndpointAwsService.S3,
  });
  endpoint.addToPolicy(
    new PolicyStatement({
      sid: 'ImageLayers',
      effect: Effect.ALLOW,
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [layersOf(region)],
    }),
  );
}
