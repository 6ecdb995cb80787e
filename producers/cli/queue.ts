import type { Queue } from 'bullmq';
import { Argument, Command } from 'commander';
import { type QueueName, queueNames } from '../../jobs/contract.ts';
import type { MatchmakingClient } from '../client.ts';
import { RequestError } from '../request-error.ts';
import { count } from './arguments.ts';
import { show, withClient } from './terminal.ts';

const name = () => new Argument('<queue>', 'which queue').choices(queueNames);

export function queueCommands(): Command {
  const queue = new Command('queue').description('the queues and their failed jobs');

  queue
    .command('list')
    .description('every queue with its counts')
    .action((_options: unknown, command: Command) =>
      withClient(command, async ({ queues }) => {
        const rows = await Promise.all(queueNames.map((it) => row(it, queues[it])));
        show(command, rows, rows);
      }),
    );

  const switched = (verb: 'pause' | 'resume', description: string) =>
    queue
      .command(verb)
      .description(description)
      .addArgument(name())
      .action((which: QueueName, _options: unknown, command: Command) =>
        withClient(command, async ({ queues }) => {
          await queues[which][verb]();
          show(command, await row(which, queues[which]), [await row(which, queues[which])]);
        }),
      );
  switched('pause', 'let no worker take jobs from a queue; survives deploys');
  switched('resume', 'let workers take jobs again');

  queue
    .command('failed')
    .description('failed jobs with their reasons, newest first')
    .addArgument(name())
    .option('--limit <n>', 'most jobs shown', count, 20)
    .action((which: QueueName, { limit }: { limit: number }, command: Command) =>
      withClient(command, async ({ queues }) => {
        const jobs = await queues[which].getFailed(0, limit - 1);
        show(
          command,
          jobs.map(({ id, name: kind, data, failedReason }) => ({ id, kind, reason: failedReason, data })),
          jobs.map((job) => ({
            id: job.id,
            kind: job.name,
            attempts: job.attemptsMade,
            reason: job.failedReason,
          })),
        );
      }),
    );

  queue
    .command('retry')
    .description('try failed jobs again, one by one, with fresh attempts')
    .addArgument(name())
    .option('--id <job>', 'only this job')
    .option('--kind <kind>', 'only jobs of this kind')
    .option('--limit <n>', 'most jobs retried', count, 100)
    .action((which: QueueName, filter: RetryFilter, command: Command) =>
      withClient(command, async (client) => {
        const retried = await retry(client, which, filter);
        show(command, { retried }, [{ retried: retried.length }]);
      }),
    );

  return queue;
}

interface RetryFilter {
  readonly id?: string;
  readonly kind?: string;
  readonly limit: number;
}

/** BullMQ's own retry of all keeps used-up attempts, so its jobs fail again at once; each is retried by itself here. */
async function retry(
  { queues }: MatchmakingClient,
  which: QueueName,
  { id, kind, limit }: RetryFilter,
): Promise<string[]> {
  const named = id === undefined ? undefined : await queues[which].getJob(id);
  if (id !== undefined && !named) throw new RequestError('not-found', `there is no job ${id} on ${which}`);
  const jobs = named ? [named] : await queues[which].getFailed(0, limit - 1);
  const wanted = jobs.filter((job) => kind === undefined || job.name === kind);
  for (const job of wanted)
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return wanted.map((job) => job.id ?? '');
}

async function row(name: QueueName, queue: Queue) {
  const [counts, paused, workers] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
    queue.isPaused(),
    queue.getWorkersCount(),
  ]);
  const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
  return { queue: name, waiting: waiting + prioritized, delayed, active, failed, workers, paused };
}
