import { z } from 'zod';
import { ladderName } from '../../../jobs/ids.ts';
import { RequestError } from '../../request-error.ts';
import { html } from '../html.ts';
import { configurationLink, facts, ladderLink, table } from '../parts.ts';
import { defineScreen } from '../screen.ts';
import { shown } from './configuration.ts';

export const ladders = defineScreen({
  path: '/ladders',
  input: z.strictObject({}),
  title: () => 'Ladders',
  freshMs: 5_000,
  read: (_input, { client }) => client.listLadders(),
  view: (all) => html`
    ${table({
      caption: 'Ladders',
      columns: ['Ladder', 'Season', 'Waiting', 'Used by'],
      rows: all.map((it) => [ladderLink(it.name), it.season, it.waiting, it.usedBy.join(', ')]),
      none: '',
    })}`,
});

export const ladder = defineScreen({
  path: '/ladder',
  input: z.strictObject({ name: ladderName }),
  title: ({ name }) => `Ladder ${name}`,
  freshMs: 5_000,
  async read({ name }, { client }) {
    const found = (await client.listLadders()).find((it) => it.name === name);
    if (!found) throw new RequestError('not-found', `there is no ladder ${name}`);
    return found;
  },
  view: ({ season, usedBy, settings, stored, waiting, underWay }) => html`
    ${underWay && html`<p>A ${underWay} is under way: results wait for it.</p>`}
    ${!stored && html`<p>Nobody has set it or rated on it yet: these are the defaults.</p>`}
    ${facts([
      ['Season', season],
      ['Waiting for its rater', `${waiting} (results and commands)`],
      ['Used by', usedBy.length > 0 && usedBy.map((it) => html`${configurationLink(it)} `)],
    ])}
    ${table({
      caption: 'Settings',
      columns: ['Setting', 'Value'],
      rows: Object.entries(settings).map(([setting, value]) => [setting, shown(value)]),
      none: '',
    })}`,
});
