import type { Db } from 'mongodb';
import type { SettingKind, Tag } from '../../jobs/maintenance/change-settings.ts';
import { insertEach } from './write-each.ts';

/** The tags of a rule set or a configuration, by key. */
export interface TagsOf {
  readonly name: string;
  /** When it was created, ms: tags of an earlier one of that name are none of this. */
  readonly since: number;
  readonly tags: readonly Tag[];
}

/** A document of `setting_tags`. */
interface TagsRecord extends Omit<TagsOf, 'name'> {
  /** `<kind>/<name>` */
  readonly _id: string;
  /** Of the command that left them so, in its chain. */
  readonly ordinal: number;
}

export type SettingTags = ReturnType<typeof openSettingTags>;

export function openSettingTags(db: Db) {
  const collection = db.collection<TagsRecord>('setting_tags');
  const idOf = (kind: SettingKind, name: string) => `${kind}/${name}`;

  return {
    async of(kind: SettingKind, name: string, since: number): Promise<readonly Tag[]> {
      return (await collection.findOne({ _id: idOf(kind, name), since }))?.tags ?? [];
    },

    /** Leaves those of an earlier command behind; after those of a later one it changes nothing. */
    async put(kind: SettingKind, { name, since, tags }: TagsOf, ordinal: number): Promise<void> {
      const _id = idOf(kind, name);
      const fields = { since, tags, ordinal };
      const { matchedCount } = await collection.updateOne(
        { _id, ordinal: { $lt: ordinal } },
        { $set: fields },
      );
      if (matchedCount === 0) await insertEach(collection, [{ _id, ...fields }]);
    },
  };
}
