import { Command } from 'commander';
import type { z } from 'zod';
import type { configuration } from '../../jobs/configuration/configuration.ts';
import { count } from './arguments.ts';
import { deleteConfigurationCommand } from './configuration-delete.ts';
import { diffConfigurationCommand } from './configuration-diff.ts';
import { configurationRow, configurationText } from './configuration-text.ts';
import { withExample } from './examples.ts';
import { readJson } from './read-file.ts';
import { show, withClient } from './terminal.ts';

export function configurationCommands(from: string): Command {
  const configurations = new Command('configuration').description('matchmaking configurations');

  withExample(configurations.command('put'), from, 'configuration.json')
    .description('store a configuration as a new version')
    .argument(
      '<file>',
      'JSON: name, ruleSetName, requestTimeoutSeconds, ... (jobs/configuration/configuration.ts)',
    )
    .action((file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        // The client checks it: whatever is wrong with the file is said there, by field.
        const wanted = (await readJson(from, file)) as z.input<typeof configuration>;
        const { version } = await client.putConfiguration(wanted);
        show(command, { name: wanted.name, version }, [{ name: wanted.name, version }]);
      }),
    );

  configurations
    .command('rollback')
    .description('put the settings of an earlier version again as a new one')
    .argument('<name>')
    .option('--to <version>', 'default: the settings before those in force', count)
    .action((name: string, { to }: { to?: number }, command: Command) =>
      withClient(command, async (client) => {
        const back = await client.rollbackConfiguration({ name, to });
        show(command, back, [{ ...back }]);
      }),
    );

  configurations
    .command('list')
    .description('configurations in force, what searches in them now, and how long tickets wait')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const all = await client.describeConfigurationAll();
        show(command, all, all.map(configurationRow));
      }),
    );

  configurations
    .command('show')
    .description('a configuration: its settings, what searches in it now, and its last hour')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const found = await client.describeConfiguration(name);
        show(command, found, () => configurationText(found));
      }),
    );

  configurations
    .command('pause')
    .description('form no more matches; tickets still enter and time out. Survives restarts and new versions')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const paused = await client.pauseConfiguration(name);
        show(command, paused, () => `${name} is paused since ${paused.pausedSince}`);
      }),
    );

  configurations
    .command('resume')
    .description('form matches again')
    .argument('<name>')
    .action((name: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        show(command, await client.resumeConfiguration(name), () => `${name} forms matches again`);
      }),
    );

  configurations.addCommand(diffConfigurationCommand());
  configurations.addCommand(deleteConfigurationCommand());

  return configurations;
}
