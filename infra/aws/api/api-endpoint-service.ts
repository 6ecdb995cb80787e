import { CfnOutput, Validations } from 'aws-cdk-lib';
import { type IVpc, Port, SecurityGroup, VpcEndpointService } from 'aws-cdk-lib/aws-ec2';
import {
  type ApplicationListener,
  NetworkLoadBalancer,
  Protocol,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AlbListenerTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ApiSettings } from './api-settings.ts';

export interface ApiEndpointServiceProps extends NonNullable<ApiSettings['endpointService']> {
  readonly vpc: IVpc;
  /** Group of the load balancer that ends TLS, and its listener. */
  readonly front: SecurityGroup;
  readonly listener: ApplicationListener;
  readonly protectedFromDeletion: boolean;
}

/**
 * The HTTP API for VPCs that have no route here. PrivateLink takes a network load balancer, which passes TLS
 * on as it is:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html
 */
export class ApiEndpointService extends Construct {
  constructor(scope: Construct, id: string, props: ApiEndpointServiceProps) {
    super(scope, id);
    const { vpc, front, listener, allowedPrincipals, acceptanceRequired, protectedFromDeletion } = props;
    // Without a rule in, nobody reaches it but by an endpoint, whose traffic is not judged by these rules.
    const link = new SecurityGroup(this, 'Link', {
      vpc,
      description: 'Endpoints of other VPCs to the HTTP API',
      allowAllOutbound: false,
    });
    link.connections.allowTo(front, Port.tcp(443), 'requests of other VPCs');
    const balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: false,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroups: [link],
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,
      crossZoneEnabled: true,
      deletionProtection: protectedFromDeletion,
    });
    Validations.of(balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason: 'It does not end TLS, so its access logs would be empty; flow logs have what is refused.',
    });
    balancer.addListener('Tls', { port: 443, protocol: Protocol.TCP }).addTargets('Front', {
      port: 443,
      protocol: Protocol.TCP,
      targets: [new AlbListenerTarget(listener)],
      // It asks through the other balancer, so of a path that every caller may read.
      healthCheck: { protocol: Protocol.HTTPS, path: '/v1/openapi.json' },
    });
    const service = new VpcEndpointService(this, 'Service', {
      vpcEndpointServiceLoadBalancers: [balancer],
      acceptanceRequired,
      allowedPrincipals: allowedPrincipals.map((arn) => new ArnPrincipal(arn)),
    });
    new CfnOutput(this, 'EndpointServiceName', { value: service.vpcEndpointServiceName }).overrideLogicalId(
      'EndpointServiceName',
    );
    new CfnOutput(this, 'EndpointServiceId', { value: service.vpcEndpointServiceId }).overrideLogicalId(
      'EndpointServiceId',
    );
  }
}
