import { Command } from 'commander';
import type { QueueName } from '../../jobs/contract.ts';
import { type FailedGroup, type FailedWork, groupFailed, type Retry } from '../../jobs/failed-work.ts';
import { count, queueName } from './arguments.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';
import { counted } from './wording.ts';

/** What to do about a group, for people. */
export const advice: Readonly<Record<Retry, string>> = {
  helps: 'a retry helps once the cause is gone; what was done already is not done twice',
  refused: 'a retry is refused again, unless what the reason names was put right meanwhile',
  needless: 'no retry is needed: the clock or a wake-up has it done again',
  command: 'do not retry, newer commands may have followed: give the command again',
};

export function failedCommand(): Command {
  return new Command('failed')
    .description('failed jobs by kind and reason, what each was about, and whether a retry can help')
    .addArgument(queueName())
    .option('--limit <n>', 'most jobs shown of a group', count, 5)
    .option('--id <job>', 'one job, with all that it carries')
    .action((which: QueueName, { limit, id }: { limit: number; id?: string }, command: Command) =>
      withClient(command, async (client) => {
        if (id !== undefined) {
          const found = withTime(await client.readFailedJob(which, id));
          show(
            command,
            found,
            Object.entries(found).map(([what, value]) => ({ what, value })),
          );
          return;
        }
        const groups = groupFailed(await client.listFailedJobs(which));
        const shown = groups.map(({ jobs, ...group }) => ({
          ...group,
          count: jobs.length,
          jobs: jobs.slice(0, limit).map(withTime),
        }));
        show(command, { queue: which, groups: shown }, () => failedText(which, groups, limit));
      }),
    );
}

const withTime = <Work extends FailedWork>({ at, ...work }: Work) => ({
  ...work,
  at: at === undefined ? undefined : new Date(at).toISOString(),
});

function failedText(queue: QueueName, groups: readonly FailedGroup[], limit: number): string {
  if (groups.length === 0) return `nothing failed on ${queue}`;
  return groups
    .map(({ group, kind, reason, retry, jobs }) => {
      const rows = jobs.slice(0, limit).map(withTime);
      return [
        `${counted(jobs.length, `${kind} job`)}: ${reason}`,
        `group ${group}: ${advice[retry]}`,
        table(rows.map(({ at, subject, id, attempts }) => ({ failed: at, subject, id, attempts }))),
        ...(jobs.length > limit ? [`and ${jobs.length - limit} more; --limit shows them`] : []),
      ].join('\n');
    })
    .join('\n\n');
}
