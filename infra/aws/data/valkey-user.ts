import { SecretValue, Validations } from 'aws-cdk-lib';
import { CfnUser } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface ValkeyUserProps {
  readonly name: string;
  /** What it may do, as `ACL SETUSER` takes it. */
  readonly access: string;
  /** Counts the user's passwords: `passwords` of the settings. */
  readonly generation: number;
  readonly encryptionKey: IKey;
}

/**
 * One who may use a Valkey cluster, with a password nobody has seen. The password before it goes on working,
 * so that whoever has read that one logs in until the next change: ElastiCache lets a user have two.
 */
export class ValkeyUser extends Construct {
  readonly user: CfnUser;
  readonly name: string;
  readonly #password: Secret;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { name, access, generation, encryptionKey }: ValkeyUserProps) {
    super(scope, id);
    this.name = name;
    this.#encryptionKey = encryptionKey;
    const password = (generation: number) => {
      const secret = new Secret(this, `Password${generation}`, {
        encryptionKey,
        generateSecretString: { passwordLength: 48, excludePunctuation: true },
      });
      rotatedByHand(secret);
      return secret;
    };
    this.#password = password(generation);
    const accepted = [this.#password, ...(generation > 1 ? [password(generation - 1)] : [])];
    this.user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `${this.node.addr.slice(0, 8)}-${name}`,
      userName: name,
      accessString: access,
      // Dynamic references: the template names the secrets, CloudFormation reads them.
      authenticationMode: {
        Type: 'password',
        Passwords: accepted.map((it) => it.secretValue.unsafeUnwrap()),
      },
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
    // Nobody reads a password from it before the cluster takes that one.
    secret.node.addDependency(this.user);
    return secret as ISecret;
  }
}

function rotatedByHand(secret: Secret): void {
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'AWS offers no rotation for ElastiCache users. `passwords` of the settings changes one; runbook.md, "Rotating a Valkey password".',
  });
}
