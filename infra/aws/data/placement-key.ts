import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { lastingSecret } from './lasting-secret.ts';

/** The key that requests to placement webhooks are signed with; whoever answers them reads it too. */
export const placementKey = (scope: Construct, encryptionKey: IKey): ISecret =>
  lastingSecret(scope, 'PlacementKey', {
    encryptionKey,
    length: 64,
    reason:
      'Both sides must change at once: a new key would have every request refused until the webhook and each task read it.',
  });
