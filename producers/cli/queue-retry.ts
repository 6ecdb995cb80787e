import type { Queue } from 'bullmq';
import { Command, Option } from 'commander';
import type { QueueName } from '../../jobs/contract.ts';
import { groupFailed } from '../../jobs/failed-work.ts';
import { RequestError } from '../request-error.ts';
import { queueName } from './arguments.ts';
import { readFailed } from './failed-jobs.ts';
import { show, withClient } from './terminal.ts';

interface Choice {
  readonly id?: string;
  readonly group?: string;
  readonly kind?: string;
}

export function retryCommand(): Command {
  return new Command('retry')
    .description(
      'try failed jobs again with fresh attempts: all that a retry can help, or those that are named',
    )
    .addArgument(queueName())
    .addOption(new Option('--id <job>', 'this job alone').conflicts(['group', 'kind']))
    .addOption(new Option('--group <group>', 'this group, as "queue failed" names it').conflicts('kind'))
    .option('--kind <kind>', 'of this kind, those that a retry can help')
    .action((which: QueueName, choice: Choice, command: Command) =>
      withClient(command, async (client) => {
        const { chosen, left } = await choose(client.queues[which], which, choice);
        const { retried } =
          chosen.length > 0 ? await client.retryJobs({ name: which, jobs: chosen }) : { retried: [] };
        show(command, { queue: which, retried, left }, [{ retried: retried.length, left }]);
      }),
    );
}

/** Ids of jobs to try again, and how many failed ones stay as they are. */
export async function choose(queue: Queue, which: QueueName, { id, group, kind }: Choice) {
  if (id !== undefined) {
    if (!(await queue.getJob(id))) throw new RequestError('not-found', `there is no job ${id} on ${which}`);
    return { chosen: [id], left: (await queue.getFailedCount()) - 1 };
  }
  const failed = await readFailed(queue);
  const named = groupFailed(failed).find((it) => it.group === group);
  if (group !== undefined && !named)
    throw new RequestError(
      'not-found',
      `there is no group ${group} on ${which}; see "queue failed ${which}"`,
    );
  const wanted =
    named?.jobs ?? failed.filter((it) => it.retry === 'helps' && (kind === undefined || it.kind === kind));
  return { chosen: wanted.map((it) => it.id), left: failed.length - wanted.length };
}
