import { Command, InvalidArgumentError } from 'commander';
import { stepsBeyond } from '../../jobs/matchmaking/rule-set/doubts.ts';
import { loadRuleSet, type Problem } from '../../jobs/matchmaking/rule-set/load.ts';
import { RequestError } from '../request-error.ts';
import { count } from './arguments.ts';
import { readText, show, withClient } from './terminal.ts';

const line = ({ path, message }: Problem) => (path ? `${path}: ${message}` : message);

export function ruleSetCommands(from: string): Command {
  const ruleSet = new Command('rule-set').description('FlexMatch rule sets');

  ruleSet
    .command('validate')
    .description('say what is wrong with a rule set; needs no server')
    .argument('<file>', 'FlexMatch rule set JSON')
    .option('--request-timeout <seconds>', 'warn of expansions that come too late for it', seconds)
    .action(async (file: string, options: { requestTimeout?: number }, command: Command) => {
      const loaded = loadRuleSet(await readText(from, file));
      const problems = loaded.ok ? [] : loaded.problems;
      const { requestTimeout: timeout } = options;
      const late = loaded.ok && timeout !== undefined ? stepsBeyond(loaded.ruleSet, timeout) : [];
      const warnings = [...loaded.warnings, ...late];
      show(command, { problems, warnings }, () =>
        [
          ...problems.map((problem) => `problem  ${line(problem)}`),
          ...warnings.map((warning) => `warning  ${line(warning)}`),
          ...(loaded.ok ? [`${file} is valid`] : []),
        ].join('\n'),
      );
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

function seconds(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0))
    throw new InvalidArgumentError('must be a number of seconds above 0');
  return value;
}
