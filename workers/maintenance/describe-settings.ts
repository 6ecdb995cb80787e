import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import {
  type DescribedSetting,
  describeSettings,
  type SettingKind,
  type SettingsPage,
} from '../../jobs/maintenance/change-settings.ts';
import type { SettingTags } from '../records/setting-tags.ts';
import type { Settings } from '../records/settings.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface DescribedStores {
  readonly settings: Settings;
  readonly settingTags: SettingTags;
}

/** A rule set or configuration as it is in force; `undefined`: there is none. */
export async function describeSetting(
  kind: SettingKind,
  name: string,
  { settings, settingTags }: DescribedStores,
): Promise<DescribedSetting | undefined> {
  const createdAt = await settings.createdAt(kind, name);
  const found = await settings.latest(kind, name);
  if (!found || !createdAt) return undefined;
  const since = createdAt.getTime();
  return { ...found, name, createdAt: since, tags: [...(await settingTags.of(kind, name, since))] };
}

export const describeSettingsDuty: OpenDuty<DescribedStores> = (stores) =>
  duty(describeSettings, describePage(stores));

/** Reads rule sets or configurations for a producer: named ones, or a page of all. */
const describePage =
  (stores: DescribedStores): Handler<z.output<typeof describeSettings.item>> =>
  async ([item]) => {
    if (!item) return done();
    const { kind, ruleSetName, after = '', limit } = item;
    const names = item.names ?? (await stores.settings.names(kind, ruleSetName));
    // In the order of the code units: a page begins after a name.
    const later = names.filter((name) => item.names !== undefined || name > after).sort();
    const wanted = item.names ?? later.slice(0, limit);
    const all = await Promise.all(wanted.map((name) => describeSetting(kind, name, stores)));
    const settings = all.filter((it) => it !== undefined);
    return done({ settings, more: item.names === undefined && later.length > limit } satisfies SettingsPage);
  };
