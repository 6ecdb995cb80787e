import type { Queue } from 'bullmq';
import { Command } from 'commander';
import { type QueueName, queueNames } from '../../jobs/contract.ts';
import { queueName } from './arguments.ts';
import { failedCommand } from './queue-failed.ts';
import { retryCommand } from './queue-retry.ts';
import { show, withClient } from './terminal.ts';

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
      .addArgument(queueName())
      .action((which: QueueName, _options: unknown, command: Command) =>
        withClient(command, async (client) => {
          await (verb === 'pause' ? client.pauseQueue(which) : client.resumeQueue(which));
          const now = await row(which, client.queues[which]);
          show(command, now, [now]);
        }),
      );
  switched('pause', 'let no worker take jobs from a queue; survives deploys');
  switched('resume', 'let workers take jobs again');

  queue.addCommand(failedCommand());
  queue.addCommand(retryCommand());

  return queue;
}

/** A queue with its counts. */
export async function row(name: QueueName, queue: Queue) {
  const [counts, paused, workers] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
    queue.isPaused(),
    queue.getWorkersCount(),
  ]);
  const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
  return { queue: name, waiting: waiting + prioritized, delayed, active, failed, workers, paused };
}
