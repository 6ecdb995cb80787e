import { z } from 'zod';
import { queueNames } from '../../../jobs/contract.ts';
import { type FailedGroup, groupFailed } from '../../../jobs/failed-work.ts';
import { advice } from '../../cli/queue-failed.ts';
import { actionForm } from '../action.ts';
import { type Html, html } from '../html.ts';
import { moment, table } from '../parts.ts';
import { defineScreen, type Fleet } from '../screen.ts';

export const queues = defineScreen({
  path: '/queues',
  input: z.strictObject({}),
  title: () => 'Queues',
  freshMs: 2_000,
  read: async (_input, { client }) => Promise.all(queueNames.map((name) => readQueue(name, client))),
  view: (all) => html`
    ${table({
      caption: 'Queues',
      columns: ['Queue', 'Waiting', 'Delayed', 'Active', 'Failed', 'Workers', 'State'],
      rows: all.map((it) => [
        ...[it.queue, it.waiting, it.delayed, it.active, it.failed, it.workers],
        it.paused ? 'PAUSED' : 'runs',
      ]),
      none: '',
    })}
    ${all.map((it) =>
      table({
        caption: `Failed on ${it.queue}`,
        columns: ['Kind', 'Reason', 'Jobs', 'First', 'Last', 'For example', 'Retry'],
        rows: it.groups.map((group) => [
          group.kind,
          group.reason,
          group.count,
          moment(group.first),
          moment(group.last),
          group.example,
          advice[group.retry],
        ]),
        none: 'Nothing failed.',
      }),
    )}`,
  forms: (all) => html`
    <h2>Try again</h2>
    ${all.some((it) => it.groups.length > 0) ? all.map(retryForms) : html`<p class="none">Nothing failed.</p>`}`,
});

const retryForms = ({ queue, groups }: Awaited<ReturnType<typeof readQueue>>): Html =>
  groups.map(({ group, kind, count, reason }) =>
    actionForm(
      '/queue/retry',
      `Retry ${count} ${kind} on ${queue}`,
      { queue, group },
      html`<p>${reason}</p>`,
    ),
  );

async function readQueue(name: (typeof queueNames)[number], client: Fleet['client']) {
  const counts = await client.describeQueue(name);
  const groups = counts.failed === 0 ? [] : groupFailed(await client.listFailedJobs(name));
  return { ...counts, groups: groups.map(shownOf) };
}

/** The newest job comes first. */
function shownOf({ jobs, ...group }: FailedGroup) {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return {
    ...group,
    count: jobs.length,
    example: jobs[0]?.subject ?? '',
    last: iso(jobs[0]?.at),
    first: iso(jobs.at(-1)?.at),
  };
}
