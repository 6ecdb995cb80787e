import { Command } from 'commander';
import type { z } from 'zod';
import type { configuration } from '../../jobs/matchmaking/configuration.ts';
import { readJson, show, withClient } from './terminal.ts';

export function configurationCommands(from: string): Command {
  const configurations = new Command('configuration').description('matchmaking configurations');

  configurations
    .command('put')
    .description('store a configuration as a new version')
    .argument(
      '<file>',
      'JSON: name, ruleSetName, requestTimeoutSeconds, ... (jobs/matchmaking/configuration.ts)',
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
    .command('list')
    .description('configurations in force')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const all = await client.listConfigurations();
        const rows = all.map(({ configuration: it, version, ruleSet }) => ({
          name: it.name,
          version,
          ruleSet: `${ruleSet.name}@${ruleSet.version}`,
          timeoutSeconds: it.requestTimeoutSeconds,
          ladder: it.ladder,
        }));
        show(command, all, rows);
      }),
    );

  return configurations;
}
