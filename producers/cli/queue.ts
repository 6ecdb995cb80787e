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
      withClient(command, async (client) => {
        const rows = await Promise.all(queueNames.map((it) => client.describeQueue(it)));
        show(
          command,
          rows,
          rows.map((it) => ({ ...it })),
        );
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
          const now = await client.describeQueue(which);
          show(command, now, [{ ...now }]);
        }),
      );
  switched('pause', 'let no worker take jobs from a queue; survives deploys');
  switched('resume', 'let workers take jobs again');

  queue.addCommand(failedCommand());
  queue.addCommand(retryCommand());

  return queue;
}
