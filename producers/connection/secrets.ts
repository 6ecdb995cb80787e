import { parseSecretReference, secretText } from '../../jobs/secret-reference.ts';
import { at, RequestError } from '../request-error.ts';

/**
 * The setting itself, or what Secrets Manager holds when it is the ARN of a secret. The SDK is loaded only
 * then.
 */
export async function secretOr(setting: string, text: string): Promise<string> {
  const reference = parseSecretReference(text);
  if (!reference) return text;
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { arn, region, stage, versionId } = reference;
  const secrets = new SecretsManagerClient({ region });
  try {
    const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage, VersionId: versionId });
    return secretText(reference, (await secrets.send(command)).SecretString);
  } catch (error) {
    throw new RequestError(
      'unavailable',
      at(setting, `could not read its secret: ${(error as Error).message}`),
      { cause: error, outcome: 'not-done' },
    );
  } finally {
    secrets.destroy();
  }
}
