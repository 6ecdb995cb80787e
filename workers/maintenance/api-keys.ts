import { type CipherGCMTypes, createDecipheriv, hkdfSync } from 'node:crypto';
import type { z } from 'zod';
import { done, refused } from '../../jobs/contract.ts';
import { type putApiKey, type SealedKey, sealedWith, sealPurpose } from '../../jobs/maintenance/api-keys.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { ApiKeys } from '../records/api-keys.ts';

export interface ApiKeyStores {
  readonly pool: Pick<Pool, 'copyKeys'>;
  readonly apiKeys: ApiKeys;
}

const cipher: CipherGCMTypes = 'aes-256-gcm';
const tagBytes = 16;

/** The secret of a key; `undefined` where its seal was made under another `API_KEYS_SECRET`, or for another name or rights. */
function openSeal(key: SealedKey, keysSecret: string): string | undefined {
  const sealed = Buffer.from(key.sealed, 'base64');
  const under = Buffer.from(hkdfSync('sha256', keysSecret, '', sealPurpose, 32));
  try {
    const opening = createDecipheriv(cipher, under, Buffer.from(key.iv, 'base64'), {
      authTagLength: tagBytes,
    });
    opening.setAAD(Buffer.from(sealedWith(key)));
    opening.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([opening.update(sealed.subarray(0, -tagBytes)), opening.final()]).toString();
  } catch {
    return undefined;
  }
}

/** Stores a key whose seal is good, and gives the API its copy. */
export const storeApiKey =
  (
    { pool, apiKeys }: ApiKeyStores,
    keysSecret: string | undefined,
  ): Handler<z.output<typeof putApiKey.item>> =>
  async ([key]) => {
    if (!key) return done();
    const { name, generation } = key;
    if (keysSecret === undefined)
      return refused('API_KEYS_SECRET: this worker has none, so it cannot tell who made the key; set it');
    if (openSeal(key, keysSecret) === undefined)
      return refused('sealed: the key was not sealed under the API_KEYS_SECRET that this worker has');
    if ((await apiKeys.put(key, new Date())) === 'newer')
      return refused(
        `generation: key ${name} is not at ${generation - 1} any more; list the keys and try again`,
      );
    await pool.copyKeys([key]);
    return done({ name, generation });
  };

/** Gives the API its copy of every key. */
export const copyKeysFromRecord =
  ({ pool, apiKeys }: ApiKeyStores): Handler<unknown> =>
  async () => {
    const keys = await apiKeys.newest();
    await pool.copyKeys(keys);
    return done({ keys });
  };
