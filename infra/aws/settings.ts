import { RemovalPolicy } from 'aws-cdk-lib';
import { z } from 'zod';
import { topicArn } from '../../jobs/configuration/configuration.ts';
import { type QueueName, queueNames } from '../../jobs/contract.ts';
import { resourceName } from '../../jobs/ids.ts';
import { api } from './api/api-settings.ts';
import { players } from './data/players-settings.ts';
import { durableNode, storeSettings } from './data/store-settings.ts';
import { existingVpc } from './network/existing-vpc.ts';
import { producers } from './network/producers-settings.ts';
import { alarms } from './watch/alarm-settings.ts';
import { neverAtRest, service } from './workers/service-settings.ts';

/** What an operator may set, stage by stage. Every value is checked before anything is synthesised. */
export const stageSettings = z
  .strictObject({
    /** The `Environment` dimension of every metric, and the prefix of the stacks. */
    name: z.literal(['dev', 'production']),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
    /** Named, so that synthesis asks nobody. Two at least: that is what Multi-AZ means. */
    availabilityZones: z.array(z.string()).min(2).max(3),
    /** Addresses of the VPC: of the one the stage makes, or of `existingVpc`. */
    cidr: z.cidrv4(),
    /** A VPC that is there already. Default: the stage makes one, without a way out. */
    existingVpc: existingVpc.optional(),
    /**
     * AWS's list of S3's addresses in the region: `aws ec2 describe-managed-prefix-lists --filters
     * Name=prefix-list-name,Values=com.amazonaws.<region>.s3`. Image layers come from there, and tasks may go
     * nowhere else.
     */
    s3PrefixList: z.string().regex(/^pl-[0-9a-f]+$/, 'must be the id of a prefix list, pl-…'),
    /**
     * Upstream services, which add jobs to the queue cluster, beside those in the stage's own group (output
     * `ProducersSecurityGroup`). Their role needs the policy of output `ProducersPolicy`.
     */
    producers,
    /** Region or title the fleet serves; the `DOMAIN` of its workers. */
    domain: z.string().regex(/^[a-z0-9-]{1,32}$/),
    /**
     * Hosts that a configuration's placement webhook may be on. Default: none, no match is placed. Without a
     * port: tasks may go out on 443 alone, and get there only by a route that you give the VPC. Output
     * `PlacementKeySecret` is the key that requests are signed with.
     */
    placementHosts: z.array(z.hostname().lowercase()).max(50).default([]),

    /** Absent: no HTTP API, and no key for one. */
    api: api.optional(),

    ...storeSettings,
    players,
    services: z.record(z.enum(queueNames), service),

    events: z.strictObject({
      /** Age at which an event is forgotten, read or not. */
      retentionHours: z
        .number()
        .positive()
        .max(24 * 30),
      /**
       * Beyond this the oldest go before their time. It is memory of the queue cluster: well below half of
       * it.
       */
      retentionMib: z.int().min(1).max(65_536),
      /** The topic that hears all of them. Absent: only configurations' own topics hear any. */
      topicArn: topicArn.optional(),
      /**
       * Every other topic that a configuration may name as its `notificationTarget`: tasks may publish to
       * none but these. One encrypted with a key of its own needs a key policy that lets the task role of
       * maintenance use it.
       */
      configurationTopicArns: z.array(topicArn).max(50),
    }),
    /** A match of which nobody reports a result is live for this long. */
    matchTtlMinutes: z.number().min(1).max(10_080),
    /**
     * How long an ended ticket stays in the queue cluster at least, and how long DocumentDB has it on record.
     */
    tickets: z.strictObject({
      readableMinutes: z
        .number()
        .min(1)
        .max(24 * 60),
      recordDays: z.int().min(1).max(3_650),
    }),
    /** How long DocumentDB has a session on record that has ended or expired. */
    sessionRecordDays: z.int().min(1).max(3_650),

    alarms,
    /**
     * Configurations and players that get metrics of their own, by name and by id: each is billed, metric by
     * metric.
     */
    metrics: z
      .strictObject({
        configurations: z.array(resourceName).max(100).default([]),
        players: z
          .array(z.string().regex(/^[^,\s]+$/))
          .max(100)
          .default([]),
        /**
         * Who may read `/metrics` of the tasks: networks of a Prometheus, which reads labels and figures, no
         * secrets. Default: nobody but the task itself.
         */
        readFrom: z.array(z.cidrv4()).max(10).default([]),
      })
      .prefault({}),
    logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /**
     * How traces leave a task: `xray` by X-Ray's daemon; `otlp` by an OpenTelemetry collector beside it,
     * which sends them to X-Ray too and can be told to send them elsewhere. AWS has the daemon in maintenance
     * since 2026-02.
     */
    traces: z.enum(['xray', 'otlp']).default('xray'),
    /** Share of traces begun by the fleet that are recorded; a caller's decision wins. */
    traceSampling: z.number().min(0).max(1),
    logDays: z.literal([7, 14, 30, 90, 365]),
    /** `retain` keeps stores, keys and logs when their stack is deleted, and protects the stack itself. */
    removal: z.enum(['retain', 'destroy']),
    /** Who gets the alarms besides those who subscribe to the topic by themselves. */
    alertEmail: z.email().optional(),
    /** A month's cost beyond which `alerts` hears of it. Absent: no budget. */
    monthlyBudgetUsd: z.number().positive().optional(),
    /** Where `infra/aws/runbook.md` can be read by whoever is paged. */
    runbookUrl: z.url(),
  })
  .superRefine((it, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { queueCluster, services, documentdb } = it;
    for (const subnets of ['taskSubnets', 'storeSubnets'] as const)
      if (it.existingVpc && it.existingVpc[subnets].length !== it.availabilityZones.length)
        refuse(['existingVpc', subnets], 'needs one subnet for each of availabilityZones');
    if (it.existingVpc && it.producers.routes.length > 0)
      refuse(
        ['producers', 'routes'],
        'belong to the owner of existingVpc; name the addresses in producers.cidrs',
      );
    if (queueCluster.durability !== 'disabled' && queueCluster.replicas === 0)
      refuse(['queueCluster', 'replicas'], 'durability needs at least one replica');
    if (queueCluster.durability !== 'disabled' && !durableNode.test(queueCluster.nodeType))
      refuse(['queueCluster', 'nodeType'], 'durability needs a node of r6g, r7g, r8g, m6g, m7g, m8g or c7gn');
    for (const name of queueNames)
      if (services[name].maxTasks < services[name].minTasks)
        refuse(['services', name, 'maxTasks'], 'is below minTasks');
    for (const [name, why] of Object.entries(neverAtRest))
      if (services[name as keyof typeof neverAtRest].minTasks === 0)
        refuse(['services', name, 'minTasks'], `must be 1 or more: ${why}`);
    const connections =
      connectionsPerTask * queueNames.reduce((total, name) => total + services[name].maxTasks, 0);
    if (connections > documentdb.connectionLimit)
      refuse(['documentdb', 'connectionLimit'], `${connections} connections of all tasks do not fit`);
  });

export type StageSettings = z.output<typeof stageSettings>;
export type ServiceSettings = StageSettings['services'][QueueName];

/** Every topic a stage's workers publish to. */
export const topicsOf = ({ events }: StageSettings): string[] => [
  ...new Set([events.topicArn ?? [], ...events.configurationTopicArns].flat()),
];

/** `maxPoolSize` of a worker. */
const connectionsPerTask = 32;

/** What becomes of a resource that holds something when its stack is deleted. */
export const removalPolicy = ({ removal }: StageSettings): RemovalPolicy =>
  removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
