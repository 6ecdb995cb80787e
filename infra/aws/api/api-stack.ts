import {
  CfnOutput,
  CrossStackReferences,
  Duration,
  ReferenceStrength,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FargateService, type ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  HttpCodeTarget,
  ListenerCertificate,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import { valkeyPort } from '../network/network.ts';
import type { StageSettings } from '../settings.ts';
import { ApiEndpointService } from './api-endpoint-service.ts';
import type { ApiSettings } from './api-settings.ts';
import { ApiTask, apiHealthPort, apiPort } from './api-task.ts';

export interface ApiStackProps extends StackProps {
  readonly api: ApiSettings;
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly cluster: ICluster;
  readonly keysSecret: ISecret;
  /** Alarms go there. */
  readonly topic: ITopic;
}

/**
 * The HTTP API: its service, the load balancer inside the network that ends TLS in front of it, its scaling
 * and its alarms.
 */
export class ApiStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { api, settings, data, cluster, keysSecret, topic, ...props }: ApiStackProps,
  ) {
    super(scope, id, props);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const { network } = data;
    const { vpc } = network;
    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    const [front, tasks] = [group('Front', 'Load balancer of the HTTP API'), group('Tasks', 'HTTP API')];
    for (const cidr of api.clientCidrs) front.addIngressRule(Peer.ipv4(cidr), Port.tcp(443), 'game services');
    front.connections.allowFrom(network.producers, Port.tcp(443), 'producers');
    for (const from of settings.producers.securityGroupIds)
      front.addIngressRule(Peer.securityGroupId(from), Port.tcp(443), `${from} calls the API`);
    front.connections.allowTo(tasks, Port.tcp(apiPort), 'requests');
    front.connections.allowTo(tasks, Port.tcp(apiHealthPort), 'health checks');
    tasks.connections.allowTo(network.queueCluster, Port.tcp(valkeyPort), 'calls');
    network.admitToAws(tasks, settings, 'logs, traces, secrets, keys of the user pool');

    const { definition } = new ApiTask(this, 'Task', { api, settings, data, keysSecret });
    const service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: definition,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroups: [tasks],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      enableExecuteCommand: false,
      healthCheckGracePeriod: Duration.seconds(60),
    });
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: false,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroup: front,
      // Below KEEP_ALIVE_MS of the API, so that the balancer is never the one to find a connection closed.
      idleTimeout: Duration.seconds(60),
      dropInvalidHeaderFields: true,
      deletionProtection: settings.removal === 'retain',
    });
    Validations.of(balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'The API logs every request that fails, and counts all of them; access logs would hold ids of players.',
    });
    const listener = balancer.addListener('Https', {
      port: 443,
      open: false,
      certificates: [ListenerCertificate.fromArn(api.certificateArn)],
      sslPolicy: SslPolicy.TLS13_RES,
    });
    const targets = listener.addTargets('Api', {
      port: apiPort,
      protocol: ApplicationProtocol.HTTP,
      targets: [service.loadBalancerTarget({ containerName: 'api', containerPort: apiPort })],
      deregistrationDelay: Duration.seconds(30),
      healthCheck: { path: '/readyz', port: String(apiHealthPort), interval: Duration.seconds(10) },
    });
    const scaling = service.autoScaleTaskCount({ minCapacity: api.minTasks, maxCapacity: api.maxTasks });
    // One process is one event loop: past this share of a core its latency grows.
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: 60,
      scaleInCooldown: Duration.minutes(5),
    });
    this.#alarms(targets, api, settings, topic);
    new CfnOutput(this, 'Address', { value: balancer.loadBalancerDnsName });
    if (api.endpointService)
      new ApiEndpointService(this, 'EndpointService', {
        ...api.endpointService,
        ...{ vpc, front, listener, protectedFromDeletion: settings.removal === 'retain' },
      });
  }

  #alarms(
    targets: ApplicationTargetGroup,
    { alarms }: ApiSettings,
    { runbookUrl }: StageSettings,
    topic: ITopic,
  ): void {
    const toTopic = new SnsAction(topic);
    const period = Duration.minutes(1);
    const alarm = (id: string, metric: IMetric, threshold: number, meaning: string) =>
      new Alarm(this, id, {
        metric,
        threshold,
        alarmDescription: `${meaning} Runbook: ${runbookUrl}#api-${id.toLowerCase()}`,
        evaluationPeriods: 3,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(toTopic);
    alarm(
      'Latency',
      targets.metrics.targetResponseTime({ statistic: 'p99', period }),
      alarms.latencyP99Seconds,
      `Of a minute's requests the slowest percent took more than ${alarms.latencyP99Seconds} s.`,
    );
    alarm(
      'Errors',
      targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { statistic: 'Sum', period }),
      alarms.errors,
      `More than ${alarms.errors} requests a minute failed for a reason that is not the caller's.`,
    );
    alarm(
      'Unready',
      targets.metrics.unhealthyHostCount({ statistic: 'Maximum', period }),
      0,
      'A task of the API is not ready: it has no keys, or no worker answers; /readyz says which.',
    );
  }
}
