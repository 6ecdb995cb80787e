import { z } from 'zod';
import { resourceName } from '../../../jobs/ids.ts';
import { readVersions, type SettingVersion } from '../../cli/versions.ts';
import { actionForm } from '../action.ts';
import { chart } from '../chart.ts';
import { type Html, html } from '../html.ts';
import { facts, ladderLink, moment, pager, poolLink, table, trouble, urlOf, wait } from '../parts.ts';
import { readDay } from '../read-day.ts';
import { nowOf } from '../read-overview.ts';
import { defineScreen } from '../screen.ts';

const poolsShown = 50;
const versionsFreshMs = 5_000;

export const configurationScreen = defineScreen({
  path: '/configuration',
  input: z.strictObject({ name: resourceName, from: z.coerce.number().int().min(0).default(0) }),
  title: ({ name }) => `Configuration ${name}`,
  async read({ name, from }, fleet) {
    const { client, readings } = fleet;
    const [found, all] = await Promise.all([
      client.describeConfiguration(name),
      client.listPools({ configuration: name }),
    ]);
    const { configuration, ruleSet } = found.installed;
    const versionsOf = (kind: 'configurations' | 'rule_sets', of: string) =>
      readings.read(`versions ${kind} ${of}`, versionsFreshMs, () => readVersions(client, kind, of));
    const [versions, ruleSetVersions, day] = await Promise.all([
      versionsOf('configurations', name),
      versionsOf('rule_sets', ruleSet.name),
      readDay(name, ruleSet.name, fleet),
    ]);
    const pools = all
      .toSorted((a, b) => (a.oldestSince ?? '').localeCompare(b.oldestSince ?? ''))
      .slice(from, from + poolsShown);
    return {
      ...{ ...nowOf(found), lastHour: found.lastHour, pools, poolsInAll: all.length },
      ruleSet: { name: ruleSet.name, version: ruleSet.version },
      ...{ settings: configuration, day },
      versions: versions.map(withoutBody),
      ruleSetVersions: ruleSetVersions.map(withoutBody),
    };
  },
  view: (it, { name, from }) => html`
    ${it.pausedSince && trouble(html`Paused ${moment(it.pausedSince)}: its tickets wait, and time out.`)}
    ${facts([
      ['Tickets', it.tickets],
      ['Players', it.players],
      ['Oldest waits', moment(it.oldestSince)],
      ['Matches a minute', Math.round(it.matchesPerMinute * 10) / 10],
      ['Half wait at most', wait(it.wait?.p50)],
      ['9 of 10 wait at most', wait(it.wait?.p90)],
      ['Measured on', it.wait && `${it.wait.tickets} tickets`],
      ['Ladder', it.settings.ladder && ladderLink(it.settings.ladder)],
      ['Rule set', `${it.ruleSet.name}, version ${it.ruleSet.version}`],
    ])}
    ${facts([
      ['Last hour: started', it.lastHour.started],
      ['matched', it.lastHour.matched],
      ['matches', it.lastHour.matches],
      ['timed out', it.lastHour.timedOut],
      ['cancelled', it.lastHour.cancelled],
      ['failed', it.lastHour.failed],
    ])}
    ${table({
      caption: 'Pools, the longest wait first',
      columns: ['Pool', 'Tickets', 'Players', 'Oldest waits'],
      rows: it.pools.map((pool) => [
        poolLink(pool.pool),
        pool.tickets,
        pool.players,
        moment(pool.oldestSince),
      ]),
      none: 'Nobody searches in it now.',
    })}
    ${pager('/configuration', { name }, { from, size: poolsShown, of: it.poolsInAll })}
    ${chart({
      caption: 'Waits of matched tickets over the last day',
      series: ['half at most', '95 of 100 at most'],
      points: it.day.slots.map(({ at, p50, p95 }) => ({ at, values: [p50, p95] })),
      shown: wait,
      marks: it.day.changes,
      none: 'No five minutes of the last day are on record yet.',
    })}
    ${chart({
      caption: 'How tickets ended, every five minutes of the last day',
      series: ['matched', 'timed out', 'cancelled', 'failed'],
      points: it.day.slots.map((slot) => ({
        at: slot.at,
        values: [slot.matched, slot.timedOut, slot.cancelled, slot.failed],
      })),
      marks: it.day.changes,
      none: 'No five minutes of the last day are on record yet.',
    })}
    ${table({
      caption: 'Settings',
      columns: ['Setting', 'Value'],
      rows: Object.entries(it.settings).map(([setting, value]) => [setting, shown(value)]),
      none: '',
    })}
    ${versionTable('configurations', 'Versions', name, it.versions)}
    ${versionTable('rule_sets', `Versions of rule set ${it.ruleSet.name}`, it.ruleSet.name, it.ruleSetVersions)}`,
  forms: ({ pausedSince, versions, ruleSet, ruleSetVersions }, { name }) => html`
    <h2>Change it</h2>
    ${pausedSince ? actionForm('/configuration/resume', 'Resume', { name }) : actionForm('/configuration/pause', 'Pause', { name })}
    ${versions.length > 1 && rollbackForm('/configuration/rollback', 'Roll back the settings', name, versions)}
    ${
      ruleSetVersions.length > 1 &&
      rollbackForm(
        '/rule-set/rollback',
        `Roll back rule set ${ruleSet.name}`,
        ruleSet.name,
        ruleSetVersions,
        {
          configuration: name,
        },
      )
    }`,
});

type Listed = Omit<SettingVersion, 'body'> & { readonly deleted: boolean };

const withoutBody = ({ body, ...version }: SettingVersion): Listed => ({
  ...version,
  deleted: body === undefined,
});

export const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const versionTable = (kind: string, caption: string, name: string, versions: readonly Listed[]): Html =>
  table({
    caption,
    columns: ['Version', 'Since', 'What changed'],
    rows: versions.map(({ version, created_at: at, deleted }, place) => [
      version,
      moment(at),
      deleted
        ? 'deleted'
        : place < versions.length - 1 &&
          html`<a href=${urlOf('/diff', { kind, name, to: version })}>what version ${version} changed</a>`,
    ]),
    none: '',
  });

const rollbackForm = (
  path: string,
  verb: string,
  name: string,
  [inForce, ...earlier]: readonly Listed[],
  more: Readonly<Record<string, string>> = {},
): Html =>
  actionForm(
    path,
    verb,
    { name, ...more },
    html`<p>Version ${inForce?.version} is in force. An earlier version is put again as a new one.</p>
      <label>To version <select name="to">
        ${earlier.filter((it) => !it.deleted).map(({ version }) => html`<option value=${version}>${version}</option>`)}
      </select></label>`,
  );
