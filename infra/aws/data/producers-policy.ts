import { Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * What the role of an upstream service needs beside its own: the URL of the queue cluster, and the key it is
 * sealed with.
 */
export const producersPolicy = (scope: Construct, url: ISecret, encryptionKey: IKey): ManagedPolicy =>
  new ManagedPolicy(scope, 'ProducersMay', {
    description: 'Reads the URL by which upstream services add jobs to the matchmaking fleet',
    statements: [
      new PolicyStatement({
        sid: 'Url',
        effect: Effect.ALLOW,
        actions: ['secretsmanager:GetSecretValue'],
        resources: [url.secretArn],
      }),
      new PolicyStatement({
        sid: 'Key',
        effect: Effect.ALLOW,
        actions: ['kms:Decrypt'],
        resources: [encryptionKey.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` },
        },
      }),
    ],
  });
