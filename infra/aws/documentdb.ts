import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { ClusterParameterGroup, DatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type ISecret,
  Secret,
  SecretRotation,
  SecretRotationApplication,
} from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { documentdbPort, type Network } from './network.ts';
import { removalPolicy } from './removal.ts';
import type { StageSettings } from './settings.ts';

export interface DocumentDbProps {
  readonly settings: StageSettings;
  readonly network: Network;
  readonly encryptionKey: IKey;
}

/** Where the image keeps Amazon's certificate authorities; see the Dockerfile. */
const authorities = '/etc/ssl/certs/documentdb.pem';

/** The record: players, sessions, matches, rating changes, tickets. */
export class DocumentDb extends Construct {
  readonly cluster: DatabaseCluster;
  /** `username` and `password` of the master user, rotated every 30 days. */
  readonly login: ISecret;
  /** The same of the user tasks log in as. */
  readonly taskLogin: ISecret;
  /** Without the login, which a task gets beside it. */
  readonly uri: string;

  constructor(scope: Construct, id: string, { settings, network, encryptionKey }: DocumentDbProps) {
    super(scope, id);
    const { engineVersion, instanceType, instances, backupDays, restoredEndpoint } = settings.documentdb;
    const parameterGroup = new ClusterParameterGroup(this, 'Parameters', {
      family: `docdb${engineVersion.slice(0, 3)}`,
      description: 'TLS only; who did what, and what was slow, is logged',
      parameters: {
        tls: 'enabled',
        audit_logs: 'enabled',
        profiler: 'enabled',
        /** Every handler's statements take single milliseconds: 100 is worth a look. */
        profiler_threshold_ms: '100',
        ttl_monitor: 'enabled',
      },
    });
    const username = 'fleet';
    const login = new Secret(this, 'Login', {
      encryptionKey,
      // A cluster that is kept is of no use without it.
      removalPolicy: removalPolicy(settings),
      generateSecretString: {
        // Rotation logs in without TLS unless the secret itself says otherwise.
        secretStringTemplate: JSON.stringify({ username, ssl: true }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      engineVersion,
      port: documentdbPort,
      masterUser: { username, password: login.secretValueFromJson('password') },
      instanceType: new InstanceType(instanceType),
      instances,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'stores' },
      securityGroup: network.documentdb,
      parameterGroup,
      storageEncrypted: true,
      kmsKey: encryptionKey,
      exportAuditLogsToCloudWatch: true,
      exportProfilerLogsToCloudWatch: true,
      cloudWatchLogsRetention: settings.logDays,
      backup: { retention: Duration.days(backupDays) },
      copyTagsToSnapshot: true,
      deletionProtection: settings.removal === 'retain',
      removalPolicy: removalPolicy(settings),
      instanceRemovalPolicy: removalPolicy(settings),
    });
    this.login = login.attach(this.cluster);
    const { taskLoginArn } = settings.documentdb;
    this.taskLogin = taskLoginArn
      ? Secret.fromSecretCompleteArn(this, 'TaskLogin', taskLoginArn)
      : this.login;
    const options = `replicaSet=rs0&tls=true&tlsCAFile=${authorities}&retryWrites=false`;
    const address = restoredEndpoint
      ? `${restoredEndpoint}:${documentdbPort}`
      : this.cluster.clusterEndpoint.socketAddress;
    this.uri = `mongodb://${address}/?${options}`;

    // A running task keeps its connections. One that must open another with the old password is refused: it puts its job
    // off, fails its health check from then on, and is replaced by a task that reads the new password.
    new SecretRotation(this, 'Rotation', {
      application: SecretRotationApplication.MONGODB_ROTATION_SINGLE_USER,
      secret: this.login,
      target: this.cluster,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroup: network.rotation,
      automaticallyAfter: Duration.days(30),
    });
    this.#acknowledge();
  }

  #acknowledge(): void {
    Validations.of(this.cluster).acknowledge(
      {
        id: 'AwsSolutions-DOC2',
        reason: 'Only tasks of the fleet have a rule to reach it, whatever its port.',
      },
      {
        id: 'AwsSolutions-DOC3',
        reason: 'The login is made by Secrets Manager; the rule cannot read references.',
      },
      ...['authenticate', 'createIndex', 'dropCollection'].map((event) => ({
        id: `AwsSolutions-DOC5[LogExport::${event}]`,
        reason:
          'These are events of the audit log, which is exported; the rule looks for exports of their names.',
      })),
    );
    const retention = Stack.of(this).node.children.find((it) => it.node.id.startsWith('LogRetention'));
    if (!retention) return;
    Validations.of(retention).acknowledge(
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason:
          'The function of the CDK that limits how long DocumentDB logs are kept writes its own log with it.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'It may set and remove the retention of log groups, and cannot know their names before the cluster has one.',
      },
    );
  }
}
