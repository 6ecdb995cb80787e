import { Command } from 'commander';
import { problemLine } from '../../jobs/problem-list.ts';
import { count } from './arguments.ts';
import { withExample } from './examples.ts';
import { readRuleSetText } from './read-file.ts';
import { deleteRuleSetCommand } from './rule-set-delete.ts';
import { diffRuleSetCommand } from './rule-set-diff.ts';
import { showRuleSetCommand } from './rule-set-show.ts';
import { validateRuleSetCommand } from './rule-set-validate.ts';
import { show, withClient } from './terminal.ts';

export function ruleSetCommands(from: string): Command {
  const ruleSet = new Command('rule-set').description('FlexMatch rule sets');

  ruleSet.addCommand(validateRuleSetCommand(from));
  ruleSet.addCommand(showRuleSetCommand());
  ruleSet.addCommand(diffRuleSetCommand());
  ruleSet.addCommand(deleteRuleSetCommand());

  withExample(ruleSet.command('put'), from, 'rule-set.json')
    .description(
      'store a rule set as a new version; configurations that name it use it from their next cycle on',
    )
    .argument('<name>')
    .argument('<file>', 'FlexMatch rule set JSON')
    .action((name: string, file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const body = await readRuleSetText(from, file);
        const { version, warnings } = await client.putRuleSet({ name, body });
        for (const warning of warnings) console.error(`warning  ${problemLine(warning)}`);
        show(command, { name, version }, [{ name, version }]);
      }),
    );

  ruleSet
    .command('list')
    .description('rule sets with their versions, newest first')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const records = await client.readRecord('rule_sets');
        const versions = records.map(({ name, version, created_at }) => ({ name, version, created_at }));
        show(
          command,
          versions,
          versions.map(({ created_at: created, ...version }) => ({ ...version, created })),
        );
      }),
    );

  ruleSet
    .command('rollback')
    .description('put an earlier version again as a new one; tickets keep their age')
    .argument('<name>')
    .option('--to <version>', 'default: the version before the one in force', count)
    .action((name: string, { to }: { to?: number }, command: Command) =>
      withClient(command, async (client) => {
        const back = await client.rollbackRuleSet({ name, to });
        show(command, back, [{ ...back }]);
      }),
    );

  return ruleSet;
}
