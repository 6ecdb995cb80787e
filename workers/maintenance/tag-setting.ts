import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { mostTags, type SettingsProblem, type tagSetting } from '../../jobs/maintenance/change-settings.ts';
import type { Handler } from '../runtime/handler.ts';
import { type DescribedStores, describeSetting } from './describe-settings.ts';

const no = (problem: SettingsProblem, reason: string) => done({ problem, reason });

/** Changes the tags of a rule set or a configuration that is in force. */
export const changeTags =
  (stores: DescribedStores): Handler<z.output<typeof tagSetting.item>> =>
  async ([item]) => {
    if (!item) return done();
    const { kind, name, set, remove } = item;
    const there = await describeSetting(kind, name, stores);
    if (!there) return no('missing', `There is no ${kind.replace('-', ' ')} ${name}`);
    const kept = there.tags.map((it) => it.key).filter((key) => !remove.includes(key));
    if (new Set([...kept, ...set.map((it) => it.key)]).size > mostTags)
      return no(
        'too-many-tags',
        `The ${kind.replace('-', ' ')} ${name} would have more than ${mostTags} tags`,
      );
    await stores.settingTags.remove(kind, name, remove);
    await stores.settingTags.set(kind, name, set, there.createdAt);
    return done({});
  };
