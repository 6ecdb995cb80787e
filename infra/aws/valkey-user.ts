import { SecretValue, Validations } from 'aws-cdk-lib';
import { CfnUser } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface ValkeyUserProps {
  readonly name: string;
  /** What it may do, as `ACL SETUSER` takes it. */
  readonly access: string;
  readonly encryptionKey: IKey;
}

/** One who may use a Valkey cluster, with a password nobody has seen. */
export class ValkeyUser extends Construct {
  readonly user: CfnUser;
  readonly name: string;
  readonly #password: Secret;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { name, access, encryptionKey }: ValkeyUserProps) {
    super(scope, id);
    this.name = name;
    this.#encryptionKey = encryptionKey;
    this.#password = new Secret(this, 'Password', {
      encryptionKey,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    rotatedByHand(this.#password);
    this.user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `${this.node.addr.slice(0, 8)}-${name}`,
      userName: name,
      accessString: access,
      // A dynamic reference: the template names the secret, CloudFormation reads it.
      authenticationMode: { Type: 'password', Passwords: [this.#password.secretValue.unsafeUnwrap()] },
    });
  }

  /** A secret whose value is the whole URL, the way a worker takes it. */
  url(scope: Construct, id: string, endpoint: string): ISecret {
    const url = `rediss://${this.name}:${this.#password.secretValue.unsafeUnwrap()}@${endpoint}`;
    const secret = new Secret(scope, id, {
      encryptionKey: this.#encryptionKey,
      secretStringValue: SecretValue.unsafePlainText(url),
    });
    rotatedByHand(secret);
    return secret as ISecret;
  }
}

function rotatedByHand(secret: Secret): void {
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'AWS offers no rotation for ElastiCache users. Deleting the Password construct and deploying makes a new one; runbook.md, "Rotating a Valkey password".',
  });
}
