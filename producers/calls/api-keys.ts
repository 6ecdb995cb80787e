import { Cluster, type Redis } from 'ioredis';
import { apiKeysKey } from '../../jobs/keys.ts';
import { copyApiKeys, newestKeys, putApiKey, sealedKey } from '../../jobs/maintenance/api-keys.ts';
import type { Calls, ClientParts } from '../client-parts.ts';

/** Keys of the HTTP API, sealed as they are kept. */
export const apiKeyCalls = ({ call, askRecord, redis, domain }: ClientParts) =>
  ({
    putApiKey: (key, options = {}) => askRecord('putApiKey', putApiKey, key, options),

    readApiKeys: async (options = {}) => (await askRecord('readApiKeys', copyApiKeys, {}, options)).keys,

    readApiKeyCopies: (options = {}) =>
      call('readApiKeyCopies', options, async () => {
        const [fields, run] = await Promise.all([redis.hgetall(apiKeysKey(domain)), runOf(redis)]);
        const keys = Object.values(fields).map((text) => sealedKey.safeParse(readable(text)));
        return { keys: newestKeys(keys.flatMap((it) => (it.success ? [it.data] : []))), run };
      }),
  }) satisfies Calls;

/** The run of the server, in cluster mode of every primary. */
async function runOf(redis: Redis): Promise<string> {
  const client: unknown = redis;
  const primaries = client instanceof Cluster ? client.nodes('master') : [redis];
  const infos = await Promise.all(primaries.map((node) => node.info('server')));
  return infos
    .map((info) => /^run_id:(\w+)/m.exec(info)?.[1] ?? '')
    .sort()
    .join(' ');
}

/** Nothing where it is no JSON. */
function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
