import { Command } from 'commander';
import { show, withClient } from './terminal.ts';

export function deleteConfigurationCommand(): Command {
  return new Command('delete')
    .description('delete a configuration in which no ticket searches; its versions stay on record')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { version } = await client.deleteConfiguration(name);
        show(command, { name, version }, () => `${name} is deleted; version ${version} says so`);
      }),
    );
}
