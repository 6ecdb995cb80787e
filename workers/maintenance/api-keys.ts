import type { z } from 'zod';
import { done, refused } from '../../jobs/contract.ts';
import { copyApiKeys, putApiKey } from '../../jobs/maintenance/api-keys.ts';
import type { OperatorKeys } from '../keys/operator-keys.ts';
import type { Pool } from '../pool/pool.ts';
import type { ApiKeys } from '../records/api-keys.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface ApiKeyStores {
  readonly pool: Pick<Pool, 'settings'>;
  readonly apiKeys: ApiKeys;
  readonly operatorKeys: Pick<OperatorKeys, 'whyNotSealed'>;
}

export const putApiKeyDuty: OpenDuty<ApiKeyStores> = (stores) => duty(putApiKey, storeApiKey(stores));

/** Stores a key whose seal is good, and gives the API its copy. */
const storeApiKey =
  ({ pool, apiKeys, operatorKeys }: ApiKeyStores): Handler<z.output<typeof putApiKey.item>> =>
  async ([key]) => {
    if (!key) return done();
    const { name, generation } = key;
    const problem = operatorKeys.whyNotSealed(key);
    if (problem) return refused(problem);
    if ((await apiKeys.put(key, new Date())) === 'newer')
      return refused(
        `generation: key ${name} is not at ${generation - 1} any more; list the keys and try again`,
      );
    await pool.settings.copyKeys([key]);
    return done({ name, generation });
  };

export const copyApiKeysDuty: OpenDuty<Pick<ApiKeyStores, 'pool' | 'apiKeys'>> = (stores) =>
  duty(copyApiKeys, copyKeysFromRecord(stores));

/** Gives the API its copy of every key. */
const copyKeysFromRecord =
  ({ pool, apiKeys }: Pick<ApiKeyStores, 'pool' | 'apiKeys'>): Handler<unknown> =>
  async () => {
    const keys = await apiKeys.newest();
    await pool.settings.copyKeys(keys);
    return done({ keys });
  };
