import { z } from 'zod';
import { resourceName } from '../../../jobs/ids.ts';
import { diffVersions, readVersions } from '../../cli/versions.ts';
import { html } from '../html.ts';
import { table } from '../parts.ts';
import { defineScreen } from '../screen.ts';
import { shown } from './configuration.ts';

const version = z.coerce.number().int().min(1).optional();

export const diff = defineScreen({
  path: '/diff',
  input: z.strictObject({
    kind: z.enum(['configurations', 'rule_sets']),
    name: resourceName,
    from: version,
    to: version,
  }),
  title: ({ kind, name }) => `What changed in ${kind === 'rule_sets' ? 'rule set' : 'configuration'} ${name}`,
  freshMs: 10_000,
  read: async ({ kind, name, from, to }, { client }) =>
    diffVersions(await readVersions(client, kind, name), from, to, parsed),
  view: ({ from, to, differences }) => html`
    ${table({
      caption: `From version ${from} to version ${to}`,
      columns: ['Where', `Version ${from}`, `Version ${to}`],
      rows: differences.map(({ path, before, after }) => [path || 'all of it', shown(before), shown(after)]),
      none: 'These versions say the same.',
    })}`,
});

/** A rule set is kept as a text. */
function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // Rule sets may carry comments: the texts are compared whole.
    return body;
  }
}
