import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { lastingSecret } from './lasting-secret.ts';

/** What keys are sealed under: `API_KEYS_SECRET` of workers, of the API, and of whoever makes keys. */
export const apiKeysSecret = (scope: Construct, encryptionKey: IKey): ISecret =>
  lastingSecret(scope, 'ApiKeysSecret', {
    encryptionKey,
    length: 64,
    reason: 'Every key is sealed under it: with a new one no key would work before all are made again.',
  });

/** The secret of the key `operator`, which workers make at their first start: 43 characters, as keys have. */
export const operatorKey = (scope: Construct, encryptionKey: IKey): ISecret =>
  lastingSecret(scope, 'OperatorKey', {
    encryptionKey,
    length: 43,
    reason: 'The key is rotated by "key rotate operator"; what that prints is put here.',
  });
