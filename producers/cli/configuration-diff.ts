import { Command } from 'commander';
import { count } from './arguments.ts';
import { show, withClient } from './terminal.ts';
import { diffText, diffVersions, readVersions } from './versions.ts';

export function diffConfigurationCommand(): Command {
  return new Command('diff')
    .description('what changed between two versions of a configuration; by default in the newest')
    .argument('<name>')
    .option('--from <version>', 'default: the one before the other', count)
    .option('--to <version>', 'default: the newest', count)
    .action((name: string, { from, to }: { from?: number; to?: number }, command: Command) =>
      withClient(command, async (client) => {
        const diff = diffVersions(await readVersions(client, 'configurations', name), from, to, (it) => it);
        show(command, diff, () => diffText(diff));
      }),
    );
}
