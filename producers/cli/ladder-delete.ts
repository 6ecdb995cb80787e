import { Command } from 'commander';
import { show, withClient } from './terminal.ts';

export function deleteLadderCommand(): Command {
  return new Command('delete')
    .description('delete a ladder that nothing uses; what was decided on it stays on record')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { ordinal } = await client.deleteLadder(name);
        show(command, { name, ordinal }, () => `${name} is deleted; its document ${ordinal} says so`);
      }),
    );
}
