import type {
  CreateUserPoolClientCommandInput,
  CreateUserPoolCommandInput,
  ExplicitAuthFlowsType,
} from '@aws-sdk/client-cognito-identity-provider';

/*
 * The user pool that players register with and the client that signs them in, spelled as Cognito's API and CloudFormation
 * both spell them. `infra/aws` deploys them, `infra/local` makes them in its Cognito; what a stage may choose (second
 * factor, self sign-up, deletion) is in `infra/aws/settings.ts`.
 */

/**
 * The e-mail address is the user name, in any case: a pool with e-mail as an *alias* refuses to register one.
 */
export const playerPool = {
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
  AutoVerifiedAttributes: ['email'],
  // A new address becomes the user name once its code is given: whoever mistypes it keeps the old one.
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
  Policies: {
    PasswordPolicy: {
      MinimumLength: 12,
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
      TemporaryPasswordValidityDays: 3,
    },
  },
  UserPoolTier: 'ESSENTIALS',
} satisfies Omit<CreateUserPoolCommandInput, 'PoolName'>;

export const playerClient = {
  GenerateSecret: false,
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  // No hosted pages, hence no OAuth flow at all, the implicit one included.
  AllowedOAuthFlowsUserPoolClient: false,
  SupportedIdentityProviders: ['COGNITO'],
  PreventUserExistenceErrors: 'ENABLED',
  EnableTokenRevocation: true,
  AccessTokenValidity: 60,
  IdTokenValidity: 60,
  RefreshTokenValidity: 30,
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
} satisfies Omit<CreateUserPoolClientCommandInput, 'UserPoolId' | 'ClientName'>;

/**
 * The one difference between AWS and the local stack: there the client always allows this flow too, because
 * cognito-local speaks no SRP. On AWS a stage allows it by `players.passwordFlow`.
 */
export const passwordFlow: ExplicitAuthFlowsType = 'ALLOW_USER_PASSWORD_AUTH';
