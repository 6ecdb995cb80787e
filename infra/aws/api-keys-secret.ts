import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** What the HTTP API's keys are sealed under: `API_KEYS_SECRET` of workers, of the API, and of whoever makes keys. */
export function apiKeysSecret(scope: Construct, encryptionKey: IKey): ISecret {
  const secret = new Secret(scope, 'ApiKeysSecret', {
    encryptionKey,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'Every key is sealed under it: with a new one no key would work before all are made again.',
  });
  return secret as ISecret;
}
