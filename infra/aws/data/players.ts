import { Validations } from 'aws-cdk-lib';
import { CfnUserPool, CfnUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { passwordFlow, playerClient, playerPool } from '../../player-pool.ts';
import { removalPolicy, type StageSettings } from '../settings.ts';

const mfa = { off: 'OFF', optional: 'OPTIONAL', required: 'ON' } as const;

/** Players: a user pool, and the client `producers/identity` signs them in with. */
export class Players extends Construct {
  readonly poolId: string;
  readonly clientId: string;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    const { players, removal } = settings;
    const { UsernameAttributes, ...rest } = playerPool;
    const pool = new CfnUserPool(this, 'Pool', {
      ...inCdkSpelling(rest),
      ...(players.userNames === 'email'
        ? { usernameAttributes: UsernameAttributes }
        : { aliasAttributes: UsernameAttributes }),
      ...(typeof players.mail === 'object' && { emailConfiguration: sender(players.mail) }),
      adminCreateUserConfig: { allowAdminCreateUserOnly: !players.selfSignUp },
      mfaConfiguration: mfa[players.mfa],
      ...(players.mfa !== 'off' && { enabledMfas: ['SOFTWARE_TOKEN_MFA'] }),
      deletionProtection: removal === 'retain' ? 'ACTIVE' : 'INACTIVE',
    });
    pool.applyRemovalPolicy(removalPolicy(settings));
    Validations.of(pool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason: 'Players choose whether to use a second factor; `players.mfa` makes it required.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason:
          'Plus is billed per player and month. Its threat protection is a decision of the studio, not a default.',
      },
    );
    const flows = playerClient.ExplicitAuthFlows;
    const client = new CfnUserPoolClient(this, 'Game', {
      ...inCdkSpelling(playerClient),
      explicitAuthFlows: players.passwordFlow ? [...flows, passwordFlow] : flows,
      userPoolId: pool.ref,
    });
    this.poolId = pool.ref;
    this.clientId = client.ref;
  }
}

type Mail = Exclude<StageSettings['players']['mail'], string | undefined>;

const sender = ({ from, identityArn, configurationSet }: Mail): CfnUserPool.EmailConfigurationProperty => ({
  emailSendingAccount: 'DEVELOPER',
  from,
  sourceArn: identityArn,
  ...(configurationSet !== undefined && { configurationSet }),
});

type CdkSpelling<T> = T extends readonly (infer Entry)[]
  ? CdkSpelling<Entry>[]
  : T extends object
    ? { [Name in keyof T as Uncapitalize<Name & string>]: CdkSpelling<T[Name]> }
    : T;

/** CloudFormation's properties with the small first letter that CDK gives their names. */
function inCdkSpelling<T>(value: T): CdkSpelling<T>;
function inCdkSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => inCdkSpelling(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      inCdkSpelling(inner),
    ]),
  );
}
