import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

interface LastingSecret {
  readonly encryptionKey: IKey;
  /** Characters: letters and digits. */
  readonly length: number;
  /** Why Secrets Manager does not rotate it. */
  readonly reason: string;
}

/** A secret that is generated once and rotated by people alone. */
export function lastingSecret(scope: Construct, id: string, it: LastingSecret): ISecret {
  const secret = new Secret(scope, id, {
    encryptionKey: it.encryptionKey,
    generateSecretString: { passwordLength: it.length, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: it.reason });
  return secret as ISecret;
}
