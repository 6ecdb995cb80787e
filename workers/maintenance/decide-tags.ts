import type { z } from 'zod';
import { keptChanges } from '../../jobs/json-diff.ts';
import { mostTags, type Tag } from '../../jobs/maintenance/change-settings.ts';
import type { tagSetting } from '../../jobs/maintenance/setting-commands.ts';
import { type Decision, decided, refuse } from './decision.ts';
import { type DescribedStores, describeSetting } from './describe-settings.ts';

export async function decideTags(
  { kind, name, set, remove }: z.output<typeof tagSetting.item>,
  stores: DescribedStores,
): Promise<Decision> {
  const title = kind.replace('-', ' ');
  const there = await describeSetting(kind, name, stores);
  if (!there) return refuse(`name: there is no ${title} ${name}`);
  const kept = there.tags.filter(({ key }) => !remove.includes(key));
  const values = new Map([...kept, ...set].map(({ key, value }) => [key, value]));
  if (values.size > mostTags)
    return refuse(`set: ${title} ${name} would have ${values.size} tags; ${mostTags} is the most`);
  const tags = [...values].map(([key, value]) => ({ key, value })).sort(byKey);
  const change = { kind: 'tags', of: kind, name, since: there.createdAt, tags } as const;
  return decided({}, change, keptChanges(asFields(there.tags), asFields(tags)));
}

const byKey = (one: Tag, other: Tag): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);

/** Tags as the audit compares them: a key that somebody chose is a value. */
const asFields = (tags: readonly Tag[]) => ({ tags: tags.map(({ key: name, value }) => ({ name, value })) });
