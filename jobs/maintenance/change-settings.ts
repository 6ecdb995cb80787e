import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { resourceName } from '../ids.ts';

/** What rule sets and configurations are called where either is meant. */
const settingKind = z.enum(['rule-set', 'configuration']);
export type SettingKind = z.output<typeof settingKind>;

export const mostTags = 50;

const tag = z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256) });
export type Tag = z.output<typeof tag>;
const tags = z.array(tag).max(200);

/** Tags that are set and taken away of one rule set or configuration. */
export const tagging = z.strictObject({
  kind: settingKind,
  name: resourceName,
  set: tags.default([]),
  remove: z.array(z.string().min(1).max(128)).max(200).default([]),
});

/** A rule set or a configuration in its latest version. */
const describedSetting = z.object({
  name: z.string(),
  version: z.number(),
  /** When its name was first put, or put again after it was deleted; ms since 1970. */
  createdAt: z.number(),
  tags: z.array(tag),
  /** Of a rule set its JSON text, of a configuration the JSON of its settings. */
  body: z.string(),
});

export type DescribedSetting = z.output<typeof describedSetting>;

/** Why a change was not made, for a caller who has to tell the cases apart. */
export type SettingsProblem =
  | 'exists'
  | 'missing'
  | 'no-rule-set'
  | 'in-use'
  | 'other-version'
  | 'too-many-tags';

/** What became of a change: the setting as it is now (of a deleted one nothing), or why nothing changed. */
export type SettingsVerdict =
  | { readonly problem: SettingsProblem; readonly reason: string }
  | { readonly setting?: DescribedSetting };

const settingsPage = z.object({
  settings: z.array(describedSetting),
  /** There are more names after the last one. */
  more: z.boolean(),
});
export type SettingsPage = z.output<typeof settingsPage>;

/** Most settings that one call describes. */
const mostSettings = 10;

/**
 * The latest versions of rule sets or configurations, with their bodies: those named, or a page of all by
 * name. Result: `{ settings: DescribedSetting[], more }`; names that do not exist are left out.
 */
export const describeSettings = defineJob({
  kind: 'describe-settings',
  queue: 'maintenance',
  item: z.strictObject({
    kind: settingKind,
    names: z.array(resourceName).min(1).max(100).optional(),
    /** Configurations of this rule set alone. */
    ruleSetName: resourceName.optional(),
    /** Names after this one. */
    after: z.string().max(128).optional(),
    limit: z.int().min(1).max(mostSettings).default(mostSettings),
  }),
  result: settingsPage,
  limit: 1,
  attempts: 3,
});
