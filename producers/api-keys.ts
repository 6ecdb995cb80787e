import { Cluster, type Redis } from 'ioredis';
import { apiKeysKey } from '../jobs/keys.ts';
import {
  copyApiKeys,
  newestKeys,
  putApiKey,
  type SealedKey,
  sealedKey,
} from '../jobs/maintenance/api-keys.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';

export interface ApiKeyParts {
  readonly call: Call;
  readonly redis: Redis;
  readonly domain: string;
  readonly queues: Pick<ProducerQueues, 'ask'>;
}

/** Keys of the HTTP API, sealed as they are kept. Services only. */
export function openApiKeys({ call, redis, domain, queues }: ApiKeyParts) {
  return {
    /** Stores the next generation of a key; a worker opens its seal first. */
    putApiKey: (key: SealedKey, options: CallOptions = {}): Promise<{ name: string; generation: number }> =>
      call(putApiKey, options, async (calling) => {
        const item = parse(putApiKey.item, key);
        return (await queues.ask(putApiKey, item, calling)) as never;
      }),

    /** Every key from the record, in its newest generation; a worker gives the API its copies too. */
    apiKeysOnRecord: (options: CallOptions = {}): Promise<SealedKey[]> =>
      call(copyApiKeys, options, async (calling) => {
        const { keys } = (await queues.ask(copyApiKeys, {}, calling)) as { keys: SealedKey[] };
        return keys;
      }),

    /**
     * The copies on Redis, and which run of which server they are on: a store that another run began may have gone back, and so
     * may its copies.
     */
    apiKeyCopies: (options: CallOptions = {}): Promise<{ keys: SealedKey[]; run: string }> =>
      call(copyApiKeys, options, async () => {
        const [fields, run] = await Promise.all([redis.hgetall(apiKeysKey(domain)), runOf(redis)]);
        const keys = Object.values(fields).map((text) => sealedKey.safeParse(readable(text)));
        return {
          keys: newestKeys(keys.flatMap((it) => (it.success ? [it.data] : []))),
          run,
        };
      }),
  };
}

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
