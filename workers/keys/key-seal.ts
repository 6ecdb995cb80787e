import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { type SealedKey, sealedWith, sealPurpose } from '../../jobs/maintenance/api-keys.ts';

const cipher = 'aes-256-gcm';
const tagBytes = 16;

const under = (keysSecret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', keysSecret, '', sealPurpose, 32));

/** Seals a key's secret under `API_KEYS_SECRET`. */
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
