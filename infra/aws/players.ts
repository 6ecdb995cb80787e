import { Duration, Validations } from 'aws-cdk-lib';
import { AccountRecovery, FeaturePlan, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { removalPolicy } from './removal.ts';
import type { StageSettings } from './settings.ts';

const mfa = { off: Mfa.OFF, optional: Mfa.OPTIONAL, required: Mfa.REQUIRED } as const;

/** Players: a user pool, and the client `producers/identity` signs them in with. */
export class Players extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    const { players, removal } = settings;
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: players.selfSignUp,
      signInAliases: { email: true, username: true },
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: mfa[players.mfa],
      ...(players.mfa !== 'off' && { mfaSecondFactor: { otp: true, sms: false } }),
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: removal === 'retain',
      removalPolicy: removalPolicy(settings),
    });
    Validations.of(this.pool).acknowledge(
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
    this.client = this.pool.addClient('Game', {
      authFlows: { userPassword: players.passwordFlow, userSrp: true },
      // No hosted pages, hence no OAuth flow at all, the implicit one included.
      disableOAuth: true,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
  }
}
