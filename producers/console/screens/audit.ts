import { z } from 'zod';
import { html } from '../html.ts';
import { moment, table } from '../parts.ts';
import { defineScreen } from '../screen.ts';

const wanted = z.string().max(128).default('');

export const audit = defineScreen({
  path: '/audit',
  input: z.strictObject({ target: wanted, operator: wanted }),
  title: () => 'Audit',
  freshMs: 3_000,
  read: ({ target, operator }, { client }) =>
    client.listAudit({ ...(target && { target }), ...(operator && { operator }), limit: 200 }),
  view: (decided) => html`
    ${table({
      caption: 'What was changed, the newest first',
      columns: ['When', 'Who', 'What', 'Of', 'Outcome', 'Why'],
      rows: decided.map((it) => [
        moment(it.decidedAt),
        it.operator,
        it.kind,
        it.target,
        it.refusal ?? (it.version === undefined ? it.verdict : `${it.verdict}, version ${it.version}`),
        it.reason,
      ]),
      none: 'Nobody has changed anything.',
    })}`,
  filters: (it) => html`
    <form action="/audit" class="filters">
      <label>Of <input name="target" value=${it.target} maxlength="128" placeholder="configuration, rule set, ladder" /></label>
      <label>Who <input name="operator" value=${it.operator} maxlength="128" /></label>
      <button>Show</button>
    </form>`,
});
