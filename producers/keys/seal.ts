import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { keyForm, type SealedKey, sealedWith, sealPurpose } from '../../jobs/maintenance/api-keys.ts';

const cipher = 'aes-256-gcm';
const tagBytes = 16;

const under = (keysSecret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', keysSecret, '', sealPurpose, 32));

/** A secret that nobody can guess: 256 random bits. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Seals a key's secret under `API_KEYS_SECRET`; a revoked key is sealed without one. */
export function seal(key: Omit<SealedKey, 'iv' | 'sealed'>, secret: string, keysSecret: string): SealedKey {
  const iv = randomBytes(12);
  const sealing = createCipheriv(cipher, under(keysSecret), iv, { authTagLength: tagBytes });
  sealing.setAAD(Buffer.from(sealedWith(key)));
  const sealed = Buffer.concat([sealing.update(secret, 'utf8'), sealing.final(), sealing.getAuthTag()]);
  return { ...key, iv: iv.toString('base64'), sealed: sealed.toString('base64') };
}

/**
 * The secret of a key; `undefined` where its seal was made under another `API_KEYS_SECRET`, or for another
 * name or rights.
 */
export function openSeal(key: SealedKey, keysSecret: string): string | undefined {
  const sealed = Buffer.from(key.sealed, 'base64');
  try {
    const opening = createDecipheriv(cipher, under(keysSecret), Buffer.from(key.iv, 'base64'), {
      authTagLength: tagBytes,
    });
    opening.setAAD(Buffer.from(sealedWith(key)));
    opening.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([opening.update(sealed.subarray(0, -tagBytes)), opening.final()]).toString();
  } catch {
    return undefined;
  }
}

/**
 * A key as people and programs hold it: `name~secret`. It is a bearer token, and an AWS key pair taken apart
 * at the `~`.
 */
export const tokenOf = (name: string, secret: string): string => `${name}~${secret}`;

/** `undefined` for text that is no key. */
export function readToken(token: string): { readonly name: string; readonly secret: string } | undefined {
  const [, name, secret] = keyForm.exec(token) ?? [];
  return name && secret ? { name, secret } : undefined;
}

/** Whether two secrets are the same, in a time that says nothing about where they differ. */
export function sameSecret(one: string, other: string): boolean {
  const [a, b] = [one, other].map((it) => createHmac('sha256', 'compare').update(it).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
