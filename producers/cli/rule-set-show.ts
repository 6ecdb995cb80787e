import { Command } from 'commander';
import { count } from './arguments.ts';
import { show, withClient } from './terminal.ts';
import { readVersions, versionOf } from './versions.ts';

export function showRuleSetCommand(): Command {
  return new Command('show')
    .description('the text of a rule set as it was put, and when')
    .argument('<name>')
    .option('--version <n>', 'default: the newest', count)
    .action((name: string, { version }: { version?: number }, command: Command) =>
      withClient(command, async (client) => {
        const found = versionOf(await readVersions(client, 'rule_sets', name), version);
        show(command, found, () =>
          [
            `${name}, version ${found.version}, put ${found.created_at}`,
            String(found.body ?? 'deleted'),
          ].join('\n'),
        );
      }),
    );
}
