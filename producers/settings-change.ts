import type { z } from 'zod';
import type { configuration } from '../jobs/configuration/configuration.ts';
import type { SettingKind, Tag } from '../jobs/maintenance/change-settings.ts';

/** A rule set or a configuration to put. */
export type Wanted =
  | { readonly kind: 'rule-set'; readonly name: string; readonly body: string }
  | { readonly kind: 'configuration'; readonly configuration: z.input<typeof configuration> };

/** Changes that GameLift's operations ask for and a plain put cannot express. */
export type SettingsChange =
  | {
      readonly change: 'create-rule-set';
      readonly name: string;
      readonly body: string;
      readonly tags?: Tag[];
    }
  | {
      readonly change: 'create-configuration';
      readonly configuration: z.input<typeof configuration>;
      readonly tags?: Tag[];
    }
  /** Members that are named replace those in force; `null` takes one away. */
  | { readonly change: 'update-configuration'; readonly name: string; readonly members: object }
  /** `ifVersion`: refused unless this is the version in force; 0: unless there is none. */
  | { readonly change: 'put'; readonly setting: Wanted; readonly ifVersion?: number }
  | { readonly change: 'delete'; readonly kind: SettingKind; readonly name: string }
  | {
      readonly change: 'tag';
      readonly kind: SettingKind;
      readonly name: string;
      readonly set?: Tag[];
      readonly remove?: string[];
    };
