import { parseSecretReference, type SecretReference, secretText } from '../../jobs/secret-reference.ts';

/** Settings of a worker that may name a secret instead of holding it. */
const secretSettings = [
  'QUEUE_REDIS_URL',
  'CACHE_REDIS_URL',
  'DOCUMENTDB_URI',
  'DOCUMENTDB_USERNAME',
  'DOCUMENTDB_PASSWORD',
  'API_KEYS_SECRET',
  'OPERATOR_KEY',
] as const;

/** Keys that requests to placement webhooks are signed with: configurations name them. */
const placementSecret = /^(PLACEMENT_SECRET(?:_[A-Z0-9]+)*?)(?:_SECRET_ARN)?$/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with every secret it names read from Secrets Manager: `<SETTING>` is an ARN, or
 * `<SETTING>_SECRET_ARN` stands in its place. Without any, nothing is asked and no SDK is loaded. Throws
 * naming the setting.
 */
export async function withSecrets(env: Environment): Promise<Environment> {
  const found: Record<string, string> = {};
  const signing = Object.keys(env).flatMap((name) => placementSecret.exec(name)?.[1] ?? []);
  for (const setting of new Set([...secretSettings, ...signing])) {
    const elsewhere = env[`${setting}_SECRET_ARN`];
    if (elsewhere && env[setting]) throw new Error(`${setting}: give it or ${setting}_SECRET_ARN, not both`);
    const reference = parseSecretReference(elsewhere ?? env[setting] ?? '');
    if (elsewhere && !reference) throw new Error(`${setting}_SECRET_ARN: is not the ARN of a secret`);
    if (reference) found[setting] = await read(setting, reference, env);
  }
  return { ...env, ...found };
}

async function read(setting: string, reference: SecretReference, env: Environment): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { arn, region, stage, versionId } = reference;
  const endpoint = env['AWS_ENDPOINT_URL'];
  const secrets = new SecretsManagerClient({ region, ...(endpoint && { endpoint }) });
  try {
    const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage, VersionId: versionId });
    return secretText(reference, (await secrets.send(command)).SecretString);
  } catch (error) {
    throw new Error(`${setting}: could not read its secret: ${(error as Error).message}`, { cause: error });
  } finally {
    secrets.destroy();
  }
}
