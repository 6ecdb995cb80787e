import type { Template } from 'aws-cdk-lib/assertions';
import { resources, text } from './aws-templates.ts';

interface Rule {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly port: number;
}

/**
 * Who reaches whom in the stacks of one stage. Groups go by the id of their resource, everybody else by id or
 * addresses.
 */
export function reachOf(stacks: readonly Template[]) {
  const all = (type: string) => stacks.flatMap((it) => Object.entries(resources(it, type)));
  const groups = all('AWS::EC2::SecurityGroup');
  const ids = groups.map(([id]) => id);
  const named = (value: unknown): string | undefined =>
    value === undefined ? undefined : (ids.find((id) => text(value).includes(id)) ?? String(value));
  const rulesOf = (direction: 'Ingress' | 'Egress') => [
    ...groups.flatMap(([id, it]) =>
      ((it.Properties[`SecurityGroup${direction}`] ?? []) as Record<string, unknown>[]).map((rule) => ({
        id,
        rule,
      })),
    ),
    ...all(`AWS::EC2::SecurityGroup${direction}`).map(([, { Properties: rule }]) => ({
      id: named(rule['GroupId']) ?? '',
      rule,
    })),
  ];
  const other = (rule: Record<string, unknown>) =>
    named(
      rule['SourceSecurityGroupId'] ??
        rule['DestinationSecurityGroupId'] ??
        rule['DestinationPrefixListId'] ??
        rule['CidrIp'],
    );
  const into: Rule[] = rulesOf('Ingress').map(({ id, rule }) => ({
    ...{ from: other(rule), to: id, port: Number(rule['FromPort']) },
  }));
  const out: Rule[] = rulesOf('Egress').map(({ id, rule }) => ({
    ...{ from: id, to: other(rule), port: Number(rule['FromPort']) },
  }));
  const stands = (rules: readonly Rule[], from: string, to: string, port: number) =>
    rules.some((it) => it.from === from && it.to === to && it.port === port);
  const tables = all('AWS::EC2::RouteTable').map(([id]) => id);
  const routes = all('AWS::EC2::Route').map(([, it]) => it.Properties);

  return {
    rulesIn: into,
    rulesOut: out,
    /** The group whose construct has this path. */
    group: (path: string): string => ids.find((id) => id.replace(/[0-9A-F]{8}$/, '') === path) ?? '',
    /**
     * Whether a packet gets from one to the other: a group of ours needs a rule out, whoever they are a rule
     * in.
     */
    reaches: (from: string, to: string, port: number): boolean =>
      (!ids.includes(from) || stands(out, from, to, port)) && stands(into, from, to, port),
    /**
     * Where each route table sends answers to addresses outside the VPC. Empty where the VPC is somebody
     * else's.
     */
    waysBack: (cidr: string): unknown[] =>
      tables.map((table) => {
        const route = routes.find(
          (it) => it['DestinationCidrBlock'] === cidr && text(it['RouteTableId']).includes(table),
        );
        return route?.['VpcPeeringConnectionId'] ?? route?.['TransitGatewayId'];
      }),
  };
}
