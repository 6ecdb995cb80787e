import type { z } from 'zod';
import { type Configuration, configuration } from '../../jobs/configuration/configuration.ts';
import {
  type DescribedSetting,
  describeSettings,
  type SettingKind,
  type SettingsProblem,
  type SettingsVerdict,
  type Tag,
  type tagging,
} from '../../jobs/maintenance/change-settings.ts';
import {
  deleteConfiguration,
  deleteRuleSet,
  putConfiguration,
  putRuleSet,
  tagSetting,
} from '../../jobs/maintenance/setting-commands.ts';
import type { Calling, CallOptions } from '../call.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import type { CommandOptions } from '../commands/commands.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';
import type { SettingsChange, Wanted } from '../settings-change.ts';

/** How often members are merged again onto a configuration that somebody changes at the same time. */
const mostTries = 5;

/** The call that makes a change. */
interface Changing extends Pick<Calling, 'begun'> {
  readonly options: CallOptions;
}

/** Rule sets and configurations as GameLift's operations see them. */
export function settingCalls({ call, askRecord, give }: ClientParts) {
  const describe = (request: z.input<typeof describeSettings.item>, options: CallOptions) =>
    askRecord('describeSettings', describeSettings, request, options);
  const one = async (kind: SettingKind, name: string, options: CallOptions) =>
    (await describe({ kind, names: [name] }, unnamed(options))).settings[0];
  /** What became of a change of a setting; where that is there, a refusal about `field` is `problem`. */
  const verdictOn = async (
    change: Promise<unknown>,
    { kind, name, options }: { kind: SettingKind; name: string; options: CallOptions },
    [field, problem]: readonly [field: string, problem: SettingsProblem],
  ): Promise<SettingsVerdict> => {
    try {
      await change;
      return {};
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'refused')) throw error;
      if (!(await one(kind, name, options))) return missing(kind, name);
      const [first] = error.problems;
      if (first?.path !== field) throw error;
      return no(problem, first.message);
    }
  };

  const tag = (item: z.input<typeof tagging>, options: CallOptions): Promise<SettingsVerdict> =>
    verdictOn(give('changeSettings', tagSetting, item, asCommand(options)), { ...item, options }, [
      'set',
      'too-many-tags',
    ]);

  /** Puts on top of a version; `undefined` where another one is in force. */
  const put = async (
    wanted: Wanted,
    expects: number | undefined,
    { options, begun }: Changing,
  ): Promise<DescribedSetting | undefined> => {
    const how = { ...asCommand(options), ...(expects !== undefined && { expects }) };
    try {
      if (wanted.kind === 'rule-set')
        await give('putRuleSet', putRuleSet, { name: wanted.name, body: wanted.body }, how);
      else await give('putConfiguration', putConfiguration, wanted.configuration, how);
    } catch (error) {
      if (error instanceof RequestError && error.problems[0]?.path === 'expects') return undefined;
      throw error;
    }
    begun();
    return one(wanted.kind, nameOf(wanted), options);
  };

  const create = async (wanted: Wanted, tags: Tag[], changing: Changing): Promise<SettingsVerdict> => {
    const name = nameOf(wanted);
    if (wanted.kind === 'configuration') {
      const { ruleSetName } = wanted.configuration;
      if (!(await one('rule-set', ruleSetName, changing.options)))
        return no('no-rule-set', `There is no rule set ${ruleSetName}`);
    }
    const setting = await put(wanted, 0, changing);
    if (!setting) return no('exists', `${title[wanted.kind]} ${name} already exists`);
    if (tags.length === 0) return { setting };
    // A command of its own, which a repeat of the call repeats too.
    const callId = changing.options.callId && `${changing.options.callId} tags`;
    const tagged = await tag(
      { kind: wanted.kind, name, set: tags },
      { ...changing.options, ...(callId && { callId }) },
    );
    return 'problem' in tagged ? tagged : { setting: { ...setting, tags } };
  };

  const update = async (name: string, members: object, changing: Changing): Promise<SettingsVerdict> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const there = await one('configuration', name, changing.options);
      if (!there) return missing('configuration', name);
      const configuration = merge(JSON.parse(there.body) as Configuration, members);
      if (!(await one('rule-set', configuration.ruleSetName, changing.options)))
        return no('no-rule-set', `There is no rule set ${configuration.ruleSetName}`);
      const wanted = { kind: 'configuration', configuration } as const;
      const setting = await put(wanted, there.version, { ...changing, options: unnamed(changing.options) });
      if (setting) return { setting };
    }
    throw new RequestError('conflict', at('name', `configuration ${name} changes too fast; ask again`));
  };

  const remove = (kind: SettingKind, name: string, options: CallOptions): Promise<SettingsVerdict> => {
    const how = asCommand(options);
    const given =
      kind === 'rule-set'
        ? give('deleteRuleSet', deleteRuleSet, { name }, how)
        : give('deleteConfiguration', deleteConfiguration, { name }, how);
    return verdictOn(given, { kind, name, options }, ['name', 'in-use']);
  };

  const apply = async (change: SettingsChange, changing: Changing): Promise<SettingsVerdict> => {
    switch (change.change) {
      case 'create-rule-set': {
        const { name, body, tags = [] } = change;
        return create({ kind: 'rule-set', name, body }, tags, changing);
      }
      case 'create-configuration':
        return create(
          { kind: 'configuration', configuration: change.configuration },
          change.tags ?? [],
          changing,
        );
      case 'update-configuration':
        return update(change.name, change.members, changing);
      case 'put': {
        const setting = await put(change.setting, change.ifVersion, changing);
        return setting ? { setting } : no('other-version', 'Another version is in force');
      }
      case 'delete':
        return remove(change.kind, change.name, changing.options);
      case 'tag': {
        const { change: _tag, ...item } = change;
        return tag(item, changing.options);
      }
    }
  };

  return {
    describeSettings: (request, options = {}) => describe(request, options),

    changeSettings: (change, options = {}) =>
      call('changeSettings', options, ({ begun }) => apply(change, { options, begun })),
  } satisfies Calls;
}

/** The same options for another call. */
const unnamed = ({ callId: _of, ...options }: CallOptions): CallOptions => options;

/** A command takes the id of the call that gives it. */
const asCommand = ({ callId, ...options }: CallOptions): CommandOptions => ({
  ...options,
  ...(callId !== undefined && { commandId: callId }),
});

const nameOf = (wanted: Wanted): string =>
  wanted.kind === 'rule-set' ? wanted.name : String(wanted.configuration.name);

const title = { 'rule-set': 'Rule set', configuration: 'Configuration' } as const;
const no = (problem: SettingsProblem, reason: string): SettingsVerdict => ({ problem, reason });
const missing = (kind: SettingKind, name: string) =>
  no('missing', `There is no ${title[kind].toLowerCase()} ${name}`);

/** Members that are `null` are taken away; whatever is not named stays, our own properties too. */
function merge(settings: Configuration, members: object): z.input<typeof configuration> {
  const all = Object.entries({ ...settings, ...members, name: settings.name });
  const named = all.filter(([, value]) => value !== null && value !== undefined);
  return parse(configuration, Object.fromEntries(named));
}
