import type { z } from 'zod';
import type { Configuration, configuration } from '../jobs/configuration/configuration.ts';
import {
  type DescribedSetting,
  describeSettings,
  type SettingKind,
  type SettingsPage,
  type SettingsProblem,
  type SettingsVerdict,
  type Tag,
  type tagging,
} from '../jobs/maintenance/change-settings.ts';
import {
  deleteConfiguration,
  deleteRuleSet,
  putConfiguration,
  putRuleSet,
  tagSetting,
} from '../jobs/maintenance/setting-commands.ts';
import type { Call, CallOptions } from './call.ts';
import type { CommandOptions, GiveCommand } from './commands.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { at, RequestError } from './request-error.ts';

export interface SettingParts {
  readonly call: Call;
  readonly queues: Pick<ProducerQueues, 'ask'>;
  readonly give: GiveCommand;
}

type Wanted =
  | { readonly kind: 'rule-set'; readonly name: string; readonly body: string }
  | { readonly kind: 'configuration'; readonly configuration: z.input<typeof configuration> };

/** Changes that GameLift's operations ask for and a plain put cannot express. */
type SettingsChange =
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

/** How often members are merged again onto a configuration that somebody changes at the same time. */
const mostTries = 5;

/** Rule sets and configurations as GameLift's operations see them. Services only; each call takes a worker. */
export interface SettingCalls {
  /** Latest versions with their bodies: those named, or a page of at most 10, by name. Unknown names are left out. */
  describeSettings(
    request: z.input<typeof describeSettings.item>,
    options?: CallOptions,
  ): Promise<SettingsPage>;

  /**
   * Makes one change: create and nothing else, change some members, delete, tag. What contradicts the settings that are there
   * is told as a `problem`; what does not fit a rule set throws `refused`.
   */
  changeSettings(change: SettingsChange, options?: CallOptions): Promise<SettingsVerdict>;
}

export function openSettings({ call, queues, give }: SettingParts): SettingCalls {
  const describe = (
    request: z.input<typeof describeSettings.item>,
    options: CallOptions,
  ): Promise<SettingsPage> =>
    call(describeSettings, options, async (calling) => {
      const item = parse(describeSettings.item, request);
      return (await queues.ask(describeSettings, item, calling)) as SettingsPage;
    });
  const one = async (kind: SettingKind, name: string, options: CallOptions) =>
    (await describe({ kind, names: [name] }, options)).settings[0];
  const tag = (item: z.input<typeof tagging>, options: CallOptions): Promise<SettingsVerdict> =>
    verdictOn(give(tagSetting, item, asCommand(options)), ['set', 'too-many-tags'], async () =>
      (await one(item.kind, item.name, unnamed(options))) ? undefined : missing(item.kind, item.name),
    );

  /** Puts on top of a version; `undefined` where another one is in force. */
  const put = async (
    wanted: Wanted,
    expects: number | undefined,
    options: CallOptions,
  ): Promise<DescribedSetting | undefined> => {
    const rest = unnamed(options);
    const how = { ...asCommand(options), ...(expects !== undefined && { expects }) };
    const name = wanted.kind === 'rule-set' ? wanted.name : String(wanted.configuration.name);
    try {
      if (wanted.kind === 'rule-set') await give(putRuleSet, { name, body: wanted.body }, how);
      else await give(putConfiguration, wanted.configuration, how);
    } catch (error) {
      if (error instanceof RequestError && error.problems[0]?.path === 'expects') return undefined;
      throw error;
    }
    return one(wanted.kind, name, rest);
  };

  const create = async (wanted: Wanted, tags: Tag[], options: CallOptions): Promise<SettingsVerdict> => {
    const name = wanted.kind === 'rule-set' ? wanted.name : String(wanted.configuration.name);
    if (wanted.kind === 'configuration') {
      const { ruleSetName } = wanted.configuration;
      if (!(await one('rule-set', ruleSetName, options)))
        return no('no-rule-set', `There is no rule set ${ruleSetName}`);
    }
    const setting = await put(wanted, 0, options);
    if (!setting) return no('exists', `${title[wanted.kind]} ${name} already exists`);
    if (tags.length === 0) return { setting };
    // A command of its own, which a repeat of the call repeats too.
    const callId = options.callId && `${options.callId} tags`;
    const tagged = await tag(
      { kind: wanted.kind, name, set: tags },
      { ...options, ...(callId && { callId }) },
    );
    return 'problem' in tagged ? tagged : { setting: { ...setting, tags } };
  };

  const update = async (name: string, members: object, options: CallOptions): Promise<SettingsVerdict> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const there = await one('configuration', name, options);
      if (!there) return missing('configuration', name);
      const configuration = merge(JSON.parse(there.body) as Configuration, members);
      if (!(await one('rule-set', configuration.ruleSetName, options)))
        return no('no-rule-set', `There is no rule set ${configuration.ruleSetName}`);
      const wanted = { kind: 'configuration', configuration } as const;
      const setting = await put(wanted, there.version, unnamed(options));
      if (setting) return { setting };
    }
    throw new RequestError('conflict', at('name', `configuration ${name} changes too fast; ask again`));
  };

  const remove = (kind: SettingKind, name: string, options: CallOptions): Promise<SettingsVerdict> => {
    const command = kind === 'rule-set' ? deleteRuleSet : deleteConfiguration;
    return verdictOn(give(command, { name }, asCommand(options)), ['name', 'in-use'], async () =>
      (await one(kind, name, unnamed(options))) ? undefined : missing(kind, name),
    );
  };

  const apply = async (change: SettingsChange, options: CallOptions): Promise<SettingsVerdict> => {
    switch (change.change) {
      case 'create-rule-set': {
        const { name, body, tags = [] } = change;
        return create({ kind: 'rule-set', name, body }, tags, options);
      }
      case 'create-configuration':
        return create(
          { kind: 'configuration', configuration: change.configuration },
          change.tags ?? [],
          options,
        );
      case 'update-configuration':
        return update(change.name, change.members, options);
      case 'put': {
        const setting = await put(change.setting, change.ifVersion, options);
        return setting ? { setting } : no('other-version', 'Another version is in force');
      }
      case 'delete':
        return remove(change.kind, change.name, options);
      case 'tag': {
        const { change: _tag, ...item } = change;
        return tag(item, options);
      }
    }
  };

  return {
    describeSettings: (request: z.input<typeof describeSettings.item>, options: CallOptions = {}) =>
      describe(request, options),

    changeSettings: (change: SettingsChange, options: CallOptions = {}) =>
      call({ kind: 'change-settings', askedBy: 'services' }, options, () => apply(change, options)),
  };
}

/** What became of a change; of a setting that is there a refusal whose reason begins with `field` is that problem. */
async function verdictOn(
  change: Promise<unknown>,
  [field, problem]: readonly [field: string, problem: SettingsProblem],
  whyMissing: () => Promise<SettingsVerdict | undefined>,
): Promise<SettingsVerdict> {
  try {
    await change;
    return {};
  } catch (error) {
    if (!(error instanceof RequestError && error.code === 'refused')) throw error;
    const isMissing = await whyMissing();
    if (isMissing) return isMissing;
    const [first] = error.problems;
    if (first?.path !== field) throw error;
    return no(problem, first.message);
  }
}

/** The same options for another call. */
const unnamed = ({ callId: _of, ...options }: CallOptions): CallOptions => options;

/** A call by its id is a command by that id. */
const asCommand = ({ callId: commandId, ...rest }: CallOptions): CommandOptions => ({
  ...rest,
  ...(commandId !== undefined && { commandId }),
});

const title = { 'rule-set': 'Rule set', configuration: 'Configuration' } as const;
const no = (problem: SettingsProblem, reason: string): SettingsVerdict => ({ problem, reason });
const missing = (kind: SettingKind, name: string) =>
  no('missing', `There is no ${title[kind].toLowerCase()} ${name}`);

/** Members that are `null` are taken away; whatever is not named stays, our own properties too. */
function merge(settings: Configuration, members: object): z.input<typeof configuration> {
  const all = Object.entries({ ...settings, ...members, name: settings.name });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined)) as never;
}
