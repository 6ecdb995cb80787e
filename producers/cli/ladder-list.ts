import { Command } from 'commander';
import { show, withClient } from './terminal.ts';

export function listLaddersCommand(): Command {
  return new Command('list')
    .description(
      'ladders, their seasons, what waits for their raters, and the configurations whose results change them',
    )
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const ladders = await client.listLadders();
        const rows = ladders.map(({ name, season, waiting, usedBy }) => ({
          name,
          season,
          waiting,
          'used by': usedBy.join(' '),
        }));
        show(command, ladders, rows);
      }),
    );
}
