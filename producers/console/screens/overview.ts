import { z } from 'zod';
import { html } from '../html.ts';
import { configurationLink, moment, table, trouble, wait } from '../parts.ts';
import { type ConfigurationNow, readOverview } from '../read-overview.ts';
import { defineScreen } from '../screen.ts';
import { troublesOf } from '../troubles.ts';

export const overview = defineScreen({
  path: '/',
  input: z.strictObject({}),
  title: () => 'Overview',
  async read(_input, fleet) {
    const now = await readOverview(fleet);
    return { troubles: troublesOf(now, Date.now()), ...now };
  },
  view: ({ troubles, configurations, queues, outbox }) => html`
    ${troubles.map(({ text, runbook }) => trouble(html`${text} <small>Runbook: ${runbook}</small>`))}
    ${troubles.length === 0 && html`<p>No limit is broken.</p>`}
    ${table({
      caption: 'Configurations',
      columns: [
        'Name',
        'Tickets',
        'Players',
        'Pools',
        'Oldest waits',
        'Matches a minute',
        'Half wait at most',
        '9 of 10 wait at most',
        'State',
      ],
      rows: configurations.map((it) => [
        configurationLink(it.name),
        it.tickets,
        it.players,
        it.pools,
        moment(it.oldestSince),
        Math.round(it.matchesPerMinute * 10) / 10,
        wait(it.wait?.p50),
        wait(it.wait?.p90),
        stateOf(it),
      ]),
      none: 'No configuration is installed.',
    })}
    ${table({
      caption: 'Queues',
      columns: ['Queue', 'Waiting', 'Delayed', 'Active', 'Failed', 'Workers', 'State'],
      rows: queues.map((it) => [
        html`<a href="/queues">${it.queue}</a>`,
        ...[it.waiting, it.delayed, it.active, it.failed, it.workers],
        it.paused ? 'PAUSED' : 'runs',
      ]),
      none: '',
    })}
    <p>${outbox} matches are decided and not stored yet, of 50,000 at most.</p>`,
});

function stateOf({ pausedSince, refusesForLagMs }: ConfigurationNow) {
  if (pausedSince) return html`PAUSED ${moment(pausedSince)}`;
  return refusesForLagMs === undefined ? 'runs' : 'takes no tickets';
}
