import { z } from 'zod';
import { configuration } from '../../../../jobs/configuration/configuration.ts';
import { resourceName } from '../../../../jobs/ids.ts';
import type {
  DescribedSetting,
  SettingKind,
  SettingsVerdict,
} from '../../../../jobs/maintenance/change-settings.ts';
import { loadRuleSet } from '../../../../jobs/rule-set/load.ts';
import { parse } from '../../../parse.ts';
import { at } from '../../../request-error.ts';
import type { Wanted } from '../../../settings-change.ts';
import { ApiProblem } from '../problem.ts';
import { type Answer, type Asking, defineRoute } from '../route.ts';

const named = z.strictObject({ name: resourceName });

const statuses = {
  exists: 412,
  missing: 404,
  'no-rule-set': 422,
  'in-use': 409,
  'other-version': 412,
  'too-many-tags': 422,
} as const;

const tagOf = ({ version }: { readonly version: number }) => ({ etag: `"${version}"` });

/** The setting after a change; throws a problem where nothing changed. */
function changed(verdict: SettingsVerdict): DescribedSetting | undefined {
  if ('problem' in verdict) throw new ApiProblem(statuses[verdict.problem], verdict.reason);
  return verdict.setting;
}

/**
 * The version that a put is for: `"3"`; 0: there must be none yet (`If-None-Match: *`); absent: whichever.
 */
function wantedVersion({ headers }: Asking): number | undefined {
  if (headers['if-none-match'] === '*') return 0;
  const given = headers['if-match'];
  if (given === undefined) return undefined;
  const [, version] = /^"?(\d{1,9})"?$/.exec(given) ?? [];
  if (!version) throw new ApiProblem(400, at('if-match', 'must be a version, as ETag gives it'));
  return Number(version);
}

const shown = (kind: SettingKind, { name, version, createdAt, tags, body }: DescribedSetting) => ({
  name,
  version,
  createdAt: new Date(createdAt).toISOString(),
  tags,
  ...(kind === 'rule-set' ? { body } : { configuration: JSON.parse(body) as object }),
});

async function readOne(kind: SettingKind, name: string, { client, options }: Asking): Promise<Answer> {
  const [setting] = (await client.describeSettings({ kind, names: [name] }, options)).settings;
  if (!setting) throw new ApiProblem(404, at('name', `there is no ${kind} ${name}`));
  return { body: shown(kind, setting), headers: tagOf(setting) };
}

async function list(
  kind: SettingKind,
  after: string | undefined,
  { client, options }: Asking,
): Promise<Answer> {
  const page = await client.describeSettings({ kind, ...(after !== undefined && { after }) }, options);
  const next = page.more ? { next: page.settings.at(-1)?.name } : {};
  return { body: { items: page.settings.map((it) => shown(kind, it)), ...next } };
}

async function put(setting: Wanted, asking: Asking): Promise<Answer> {
  const ifVersion = wantedVersion(asking);
  const now = changed(
    await asking.client.changeSettings(
      { change: 'put', setting, ...(ifVersion !== undefined && { ifVersion }) },
      asking.options,
    ),
  );
  return now ? { body: shown(setting.kind, now), headers: tagOf(now) } : {};
}

const routesOf = (kind: SettingKind, path: string, word: 'RuleSet' | 'Configuration', what: string) => [
  defineRoute({
    method: 'GET',
    path: `/${path}`,
    id: `list${word}s`,
    summary: `A page of ${what}s by name, those after a name.`,
    call: 'describeSettings',
    input: z.strictObject({ after: z.string().max(128).optional() }),
    run: ({ after }, asking) => list(kind, after, asking),
  }),
  defineRoute({
    method: 'GET',
    path: `/${path}/{name}`,
    id: `read${word}`,
    summary: `A ${what} in its latest version, which ETag names.`,
    call: 'describeSettings',
    input: named,
    run: ({ name }, asking) => readOne(kind, name, asking),
  }),
  defineRoute({
    method: 'DELETE',
    path: `/${path}/{name}`,
    id: `delete${word}`,
    summary: `Deletes a ${what} that is not in use; its history stays on record.`,
    done: 204,
    call: `delete${word}`,
    input: named,
    async run({ name }, { client, options }) {
      changed(await client.changeSettings({ change: 'delete', kind, name }, options));
      return {};
    },
  }),
];

const putRuleSet = defineRoute({
  method: 'PUT',
  path: '/rule-sets/{name}',
  id: 'putRuleSet',
  summary:
    'Stores a rule set (FlexMatch JSON as a text) as a new version; with If-Match only on top of that version.',
  call: 'putRuleSet',
  input: z.strictObject({ name: resourceName, body: z.string().min(1).max(65_535) }),
  run: ({ name, body }, asking) => put({ kind: 'rule-set', name, body }, asking),
});

const putConfiguration = defineRoute({
  method: 'PUT',
  path: '/configurations/{name}',
  id: 'putConfiguration',
  summary: 'Stores a configuration as a new version; with If-Match only on top of that version.',
  call: 'putConfiguration',
  input: configuration,
  run: (wanted, asking) => put({ kind: 'configuration', configuration: wanted }, asking),
});

const validate = defineRoute({
  method: 'POST',
  path: '/rule-sets/validation',
  id: 'validateRuleSet',
  summary: 'Checks a rule set and names every problem and every doubt; stores nothing.',
  call: 'validateRuleSet',
  input: z.strictObject({ body: z.string().min(1).max(65_535) }),
  async run({ body }) {
    const loaded = loadRuleSet(body);
    return {
      body: loaded.ok
        ? { valid: true, warnings: loaded.warnings }
        : { valid: false, problems: loaded.problems },
    };
  },
});

const validateConfiguration = defineRoute({
  method: 'POST',
  path: '/configurations/validation',
  id: 'validateConfiguration',
  summary: 'Checks the members of a configuration by themselves; stores nothing.',
  call: 'validateConfiguration',
  input: z.looseObject({}),
  async run(wanted) {
    parse(configuration, wanted);
    return { body: { valid: true } };
  },
});

export const settingRoutes = [
  ...routesOf('rule-set', 'rule-sets', 'RuleSet', 'rule set'),
  ...routesOf('configuration', 'configurations', 'Configuration', 'configuration'),
  putRuleSet,
  putConfiguration,
  validate,
  validateConfiguration,
];
