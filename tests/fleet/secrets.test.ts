import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, inject, test, vi } from 'vitest';
import { openClient } from '../../producers/client.ts';
import { withSecrets } from '../../workers/process/secrets.ts';
import { openFleet } from '../support/fleet.ts';
import { runWorker } from '../support/worker-processes.ts';

const stack = inject('stackEnv');
Object.assign(process.env, stack);
const secrets = new SecretsManagerClient({
  region: stack['AWS_REGION'] ?? '',
  endpoint: stack['AWS_ENDPOINT_URL'] ?? '',
});

/** Keeps a secret; returns its ARN. */
async function keep(SecretString: string): Promise<string> {
  const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: randomUUID(), SecretString }));
  return ARN;
}

test('a worker and a client take secrets by their ARNs in Secrets Manager', async () => {
  await using fleet = await openFleet();
  const { QUEUE_REDIS_URL = '', CACHE_REDIS_URL = '', DOCUMENTDB_URI = '' } = stack;
  const queueArn = await keep(QUEUE_REDIS_URL);
  await fleet.startWorker({
    QUEUE_REDIS_URL: queueArn,
    CACHE_REDIS_URL: undefined,
    CACHE_REDIS_URL_SECRET_ARN: await keep(CACHE_REDIS_URL),
    DOCUMENTDB_URI: `${await keep(JSON.stringify({ uri: DOCUMENTDB_URI }))}:uri::`,
  });
  await using client = await openClient({ redisUrl: queueArn, domain: fleet.domain });

  const { sessionId } = await client.createSession({ playerId: fleet.own('ann') });
  await vi.waitFor(async () => expect(await client.describeSession(sessionId)).toBeDefined(), 10_000);
});

test('a setting that names no secret is taken as it is, and nothing is asked', async () => {
  const env = {
    QUEUE_REDIS_URL: 'redis://127.0.0.1:6379',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    HOME: '/root',
  };

  expect(await withSecrets(env)).toEqual(env);
});

test('a secret that cannot be read is refused by the name of its setting and never shown', async () => {
  const ghost = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${randomUUID()}-AbCdEf`;
  const env = { PATH: process.env['PATH'], ...stack, QUEUE_REDIS_URL: ghost };
  const { code, stderr } = await runWorker(env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/QUEUE_REDIS_URL: could not read its secret/);

  const noUri = `${await keep(JSON.stringify({ password: 'hunter2' }))}:uri::`;
  const problem = await withSecrets({ ...stack, DOCUMENTDB_URI: noUri }).catch(
    (error: Error) => error.message,
  );
  expect(problem).toMatch(/^DOCUMENTDB_URI: .* no JSON object with a string at key uri$/);

  await expect(openClient({ redisUrl: ghost })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^redisUrl: could not read/),
  });
});

test('a secret given twice, or by what is no ARN, is refused by name', async () => {
  await expect(
    withSecrets({ DOCUMENTDB_PASSWORD: 'x', DOCUMENTDB_PASSWORD_SECRET_ARN: 'y' }),
  ).rejects.toThrow('DOCUMENTDB_PASSWORD: give it or DOCUMENTDB_PASSWORD_SECRET_ARN, not both');
  await expect(withSecrets({ CACHE_REDIS_URL_SECRET_ARN: 'redis://x' })).rejects.toThrow(
    'CACHE_REDIS_URL_SECRET_ARN: is not the ARN of a secret',
  );
});

test('the keys that placement webhooks are signed with may be kept there too, whatever they are called', async () => {
  const env = {
    ...stack,
    PLACEMENT_SECRET: await keep('first'),
    PLACEMENT_SECRET_EU_SECRET_ARN: await keep('second'),
  };

  expect(await withSecrets(env)).toMatchObject({ PLACEMENT_SECRET: 'first', PLACEMENT_SECRET_EU: 'second' });
});
