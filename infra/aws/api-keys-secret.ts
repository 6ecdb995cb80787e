import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** What keys are sealed under: `API_KEYS_SECRET` of workers, of the API, and of whoever makes keys. */
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

/** The secret of the key `operator`, which workers make at their first start: 43 characters, as keys have. */
export function operatorKey(scope: Construct, encryptionKey: IKey): ISecret {
  const secret = new Secret(scope, 'OperatorKey', {
    encryptionKey,
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'The key is rotated by "key rotate operator"; what that prints is put here.',
  });
  return secret as ISecret;
}
