import { Duration, Validations } from 'aws-cdk-lib';
import { ClusterParameterGroup, DatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  type ISecret,
  Secret,
  SecretRotation,
  SecretRotationApplication,
} from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { documentdbPort, type Network } from '../network/network.ts';
import { removalPolicy, type StageSettings } from '../settings.ts';

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
  /**
   * The same of the user tasks log in as, who may read and write the fleet's database. CloudFormation makes
   * no users of DocumentDB: `login-task.ts` does at every deployment, from this secret.
   */
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
    const login = this.#login('Login', { username, settings, encryptionKey });
    // DocumentDB makes these groups itself unless they are there: without the key, and kept for ever.
    const name = `fleet-${settings.name}-record`;
    const logs = ['audit', 'profiler'].map(
      (log) =>
        new LogGroup(this, log, {
          logGroupName: `/aws/docdb/${name}/${log}`,
          retention: settings.logDays,
          encryptionKey,
          removalPolicy: removalPolicy(settings),
        }),
    );
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      dbClusterName: name,
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
      backup: { retention: Duration.days(backupDays) },
      copyTagsToSnapshot: true,
      deletionProtection: settings.removal === 'retain',
      removalPolicy: removalPolicy(settings),
      instanceRemovalPolicy: removalPolicy(settings),
    });
    this.cluster.node.addDependency(...logs);
    this.login = login.attach(this.cluster);
    const { secretArn: masterarn } = login;
    const taskLogin = this.#login('TaskLogin', { username: 'tasks', masterarn, settings, encryptionKey });
    this.taskLogin = taskLogin.attach(this.cluster);
    const options = `replicaSet=rs0&tls=true&tlsCAFile=${authorities}&retryWrites=false`;
    const address = restoredEndpoint
      ? `${restoredEndpoint}:${documentdbPort}`
      : this.cluster.clusterEndpoint.socketAddress;
    this.uri = `mongodb://${address}/?${options}`;

    const rotated = {
      target: this.cluster,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroup: network.rotation,
      automaticallyAfter: Duration.days(30),
    };
    new SecretRotation(this, 'Rotation', {
      ...rotated,
      application: SecretRotationApplication.MONGODB_ROTATION_SINGLE_USER,
      secret: this.login,
    });
    // Two users take turns, so that a task which has read the old password logs in with it until the next
    // rotation. The first rotation waits for its day: there is no user to copy before the first deployment
    // has made one.
    new SecretRotation(this, 'TaskRotation', {
      ...rotated,
      application: SecretRotationApplication.MONGODB_ROTATION_MULTI_USER,
      secret: this.taskLogin,
      masterSecret: this.login,
      rotateImmediatelyOnUpdate: false,
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
  }

  /**
   * A user name and a password nobody has seen, as the functions that rotate logins of DocumentDB read them.
   */
  #login(
    id: string,
    {
      settings,
      encryptionKey,
      ...known
    }: { username: string; masterarn?: string; settings: StageSettings; encryptionKey: IKey },
  ): Secret {
    return new Secret(this, id, {
      encryptionKey,
      // A cluster that is kept is of no use without it.
      removalPolicy: removalPolicy(settings),
      generateSecretString: {
        // Rotation logs in without TLS unless the secret itself says otherwise.
        secretStringTemplate: JSON.stringify({ ...known, ssl: true }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
  }
}
