import type { Db } from 'mongodb';
import type { SettingKind, Tag } from '../../jobs/maintenance/change-settings.ts';

/** A document of `setting_tags`: one tag of one rule set or configuration. */
interface TagRecord {
  /** `<kind>/<name>/<key>` */
  readonly _id: string;
  /** `<kind>/<name>` */
  readonly setting: string;
  /** When what it is of was created, ms: a tag of an earlier one of that name is none of this. */
  readonly since: number;
  readonly key: string;
  readonly value: string;
}

export type SettingTags = ReturnType<typeof openSettingTags>;

export function openSettingTags(db: Db) {
  const tags = db.collection<TagRecord>('setting_tags');
  const settingOf = (kind: SettingKind, name: string) => `${kind}/${name}`;

  return {
    /** By key. */
    async of(kind: SettingKind, name: string, since: number): Promise<Tag[]> {
      const found = await tags
        .find({ setting: settingOf(kind, name), since })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ key, value }) => ({ key, value }));
    },

    async set(kind: SettingKind, name: string, wanted: readonly Tag[], since: number): Promise<void> {
      const setting = settingOf(kind, name);
      for (const { key, value } of wanted)
        await tags.updateOne(
          { _id: `${setting}/${key}` },
          { $set: { setting, since, key, value } },
          { upsert: true },
        );
    },

    async remove(kind: SettingKind, name: string, keys: readonly string[]): Promise<void> {
      await tags.deleteMany({ setting: settingOf(kind, name), key: { $in: [...keys] } });
    },
  };
}
