import { Command, Option } from 'commander';
import type { QueueName } from '../../jobs/contract.ts';
import type { RetryRequest } from '../operator-requests.ts';
import { queueName } from './arguments.ts';
import { show, withClient } from './terminal.ts';

export function retryCommand(): Command {
  return new Command('retry')
    .description(
      'try failed jobs again with fresh attempts: all that a retry can help, or those that are named',
    )
    .addArgument(queueName())
    .addOption(new Option('--id <job>', 'this job alone').conflicts(['group', 'kind']))
    .addOption(new Option('--group <group>', 'this group, as "queue failed" names it').conflicts('kind'))
    .option('--kind <kind>', 'of this kind, those that a retry can help')
    .action((which: QueueName, choice: RetryRequest, command: Command) =>
      withClient(command, async (client) => {
        const { retried, left } = await client.retryJobAll(which, choice);
        show(command, { queue: which, retried, left }, [{ retried: retried.length, left }]);
      }),
    );
}
