import { Command } from 'commander';
import { loadRuleSet, type Problem } from '../../jobs/matchmaking/rule-set/load.ts';
import { RequestError } from '../request-error.ts';
import { readText, show, withClient } from './terminal.ts';

const line = ({ path, message }: Problem) => (path ? `${path}: ${message}` : message);

export function ruleSetCommands(from: string): Command {
  const ruleSet = new Command('rule-set').description('FlexMatch rule sets');

  ruleSet
    .command('validate')
    .description('say what is wrong with a rule set; needs no server')
    .argument('<file>', 'FlexMatch rule set JSON')
    .action(async (file: string, _options: unknown, command: Command) => {
      const loaded = loadRuleSet(await readText(from, file));
      const problems = loaded.ok ? [] : loaded.problems;
      if (command.optsWithGlobals<{ json?: boolean }>().json)
        show(command, { problems, warnings: loaded.warnings });
      else {
        for (const problem of problems) console.log(`problem  ${line(problem)}`);
        for (const warning of loaded.warnings) console.log(`warning  ${line(warning)}`);
        if (loaded.ok) console.log(`${file} is valid`);
      }
      if (!loaded.ok) throw new RequestError('invalid-request', `${file}: ${problems.length} problem(s)`);
    });

  ruleSet
    .command('put')
    .description(
      'store a rule set as a new version; configurations that name it use it from their next cycle on',
    )
    .argument('<name>')
    .argument('<file>', 'FlexMatch rule set JSON')
    .action((name: string, file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { version, warnings } = await client.putRuleSet({ name, body: await readText(from, file) });
        for (const warning of warnings) console.error(`warning  ${line(warning)}`);
        show(command, { name, version }, [{ name, version }]);
      }),
    );

  ruleSet
    .command('list')
    .description('rule sets with their versions, newest first')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const records = await client.readRecord('rule_sets');
        show(
          command,
          records,
          records.map(({ name, version, created_at }) => ({ name, version, created: created_at })),
        );
      }),
    );

  return ruleSet;
}
