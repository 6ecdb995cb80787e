import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** The key that requests to placement webhooks are signed with; whoever answers them reads it too. */
export function placementKey(scope: Construct, encryptionKey: IKey): ISecret {
  const secret = new Secret(scope, 'PlacementKey', {
    encryptionKey,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'Both sides must change at once: a new key would have every request refused until the webhook and each task read it.',
  });
  return secret as ISecret;
}
