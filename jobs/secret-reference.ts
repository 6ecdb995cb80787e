import { named } from './by-name.ts';
/**
 * Where a secret is kept, written as ECS writes it:
 * `arn:aws:secretsmanager:<region>:<account>:secret:<name>[:<json key>[:<stage>[:<version id>]]]`. With a
 * JSON key the secret is an object and the key's string is meant; without one, all of it.
 */
export interface SecretReference {
  readonly arn: string;
  readonly region: string;
  readonly jsonKey?: string;
  readonly stage?: string;
  readonly versionId?: string;
}

const form =
  /^(arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@-]+)(?::([^:]*)(?::([^:]*)(?::([^:]*))?)?)?$/;

/** `undefined` for text that is no reference: it is the secret itself. */
export function parseSecretReference(text: string): SecretReference | undefined {
  const [, arn, region, jsonKey, stage, versionId] = form.exec(text) ?? [];
  if (!arn || !region) return undefined;
  return {
    arn,
    region,
    ...(jsonKey && { jsonKey }),
    ...(stage && { stage }),
    ...(versionId && { versionId }),
  };
}

/** What a reference means of the secret's text. Throws what is wrong with it, without repeating any of it. */
export function secretText({ arn, jsonKey }: SecretReference, text: string | undefined): string {
  if (text === undefined) throw new Error(`${arn} holds bytes; a secret here is text`);
  if (jsonKey === undefined) return text;
  const value = fieldOf(text, jsonKey);
  if (typeof value !== 'string') throw new Error(`${arn} is no JSON object with a string at key ${jsonKey}`);
  return value;
}

function fieldOf(text: string, key: string): unknown {
  try {
    return named(JSON.parse(text) as Readonly<Record<string, unknown>>, key);
  } catch {
    return undefined;
  }
}
