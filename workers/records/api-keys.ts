import type { Db } from 'mongodb';
import { newestKeys, type SealedKey } from '../../jobs/maintenance/api-keys.ts';
import { insertNew } from './insert-new.ts';

/** A document of `api_keys`: one generation of a key. No generation is ever changed. */
interface ApiKeyRecord extends SealedKey {
  /** `<name>@<generation>` */
  readonly _id: string;
  readonly created_at: Date;
}

export type ApiKeys = ReturnType<typeof openApiKeys>;

/**
 * What became of a key that was to be stored; `newer`: the record has that generation or a later one, and
 * another key in it.
 */
export type StoredKey = 'stored' | 'newer';

export function openApiKeys(db: Db) {
  const apiKeys = db.collection<ApiKeyRecord>('api_keys');

  return {
    /** The newest generation of each. */
    async newest(): Promise<SealedKey[]> {
      const records = await apiKeys.find().sort({ _id: 1 }).toArray();
      return newestKeys(records.map(({ _id, created_at, ...key }) => key));
    },

    /**
     * Stores the next generation. Generations have no holes, so that none can be prepared behind the one in
     * force.
     */
    async put(key: SealedKey, now: Date): Promise<StoredKey> {
      const { name, generation } = key;
      const [newest] = await apiKeys.find({ name }).sort({ generation: -1 }).limit(1).toArray();
      if (newest?.sealed === key.sealed && newest.generation === generation) return 'stored';
      if ((newest?.generation ?? 0) !== generation - 1) return 'newer';
      const record = { _id: `${name}@${generation}`, ...key, created_at: now };
      return (await insertNew(apiKeys, [record])).size === 0 ? 'stored' : 'newer';
    },
  };
}
