import { Aws } from 'aws-cdk-lib';
import { InterfaceVpcEndpointAwsService, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type StageSettings, topicsOf } from '../settings.ts';

/**
 * The AWS services a task calls: images, logs, metrics, traces, secrets; topics, where the stage names any;
 * and the keys of players' tokens, which the HTTP API verifies.
 *
 * Two that one might look for are left out. `ecs`: a task protects itself by `ECS_AGENT_URI`, and Fargate's
 * agent has a network of its own. `sts`: a task's credentials come from the same agent, and nothing here
 * assumes another role.
 */
const services = (settings: StageSettings) => ({
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Metrics: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Traces: InterfaceVpcEndpointAwsService.XRAY,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  ...(topicsOf(settings).length > 0 && { Topics: InterfaceVpcEndpointAwsService.SNS }),
  ...(settings.api && { Players: InterfaceVpcEndpointAwsService.COGNITO_IDP }),
});

/**
 * One way to each of those services, for the fleet's tasks and its producers. Who comes through it must be of
 * this account: credentials that somebody else brought along reach nothing. Keys of tokens are asked for
 * without credentials, so there the pool must be of this account.
 */
export function addEndpoints(vpc: IVpc, settings: StageSettings, door: ISecurityGroup): void {
  for (const [name, service] of Object.entries(services(settings)))
    vpc
      .addInterfaceEndpoint(name, {
        service,
        open: false,
        securityGroups: [door],
        subnets: { subnetGroupName: 'tasks' },
      })
      .addToPolicy(name === 'Players' ? ownPools(settings) : ownAccount());
}

const anybody = (sid: string, resource: string, conditions?: Record<string, unknown>) =>
  new PolicyStatement({
    sid,
    effect: Effect.ALLOW,
    principals: [new AnyPrincipal()],
    actions: ['*'],
    resources: [resource],
    ...(conditions && { conditions }),
  });

const ownAccount = () =>
  anybody('OwnAccount', '*', { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } });

const ownPools = ({ region }: StageSettings) =>
  anybody('OwnPools', `arn:${Aws.PARTITION}:cognito-idp:${region}:${Aws.ACCOUNT_ID}:userpool/*`);
