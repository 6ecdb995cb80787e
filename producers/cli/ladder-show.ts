import { Command } from 'commander';
import { RequestError } from '../request-error.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';

export function showLadderCommand(): Command {
  return new Command('show')
    .description('a ladder: how it rates, its season, and who uses it')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const ladders = await client.listLadders();
        const found = ladders.find((it) => it.name === name);
        if (!found)
          throw new RequestError(
            'not-found',
            `there is no ladder ${name}; there are ${ladders.map((it) => it.name).join(', ')}`,
          );
        const { season, usedBy, settings, stored, waiting, underWay } = found;
        show(command, found, () =>
          [
            `ladder ${name}, season ${season}, used by ${usedBy.join(', ') || 'no configuration'}`,
            ...(underWay ? [`a ${underWay} is under way: results wait for it`] : []),
            `waiting for its rater: ${waiting} (results and commands)`,
            ...(stored ? [] : ['nobody has set it or rated on it yet: these are the defaults']),
            '',
            table(Object.entries(settings).map(([setting, value]) => ({ setting, value }))),
          ].join('\n'),
        );
      }),
    );
}
