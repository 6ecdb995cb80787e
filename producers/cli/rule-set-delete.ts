import { Command } from 'commander';
import { show, withClient } from './terminal.ts';

export function deleteRuleSetCommand(): Command {
  return new Command('delete')
    .description('delete a rule set that no configuration names; its versions stay on record')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { version } = await client.deleteRuleSet(name);
        show(command, { name, version }, () => `${name} is deleted; version ${version} says so`);
      }),
    );
}
