import { Command } from 'commander';
import { parseJson } from '../../jobs/rule-set/json.ts';
import { count } from './arguments.ts';
import { show, withClient } from './terminal.ts';
import { diffText, diffVersions, readVersions } from './versions.ts';

export function diffRuleSetCommand(): Command {
  return new Command('diff')
    .description('what changed between two versions of a rule set; by default in the newest')
    .argument('<name>')
    .option('--from <version>', 'default: the one before the other', count)
    .option('--to <version>', 'default: the newest', count)
    .action((name: string, { from, to }: { from?: number; to?: number }, command: Command) =>
      withClient(command, async (client) => {
        const diff = diffVersions(await readVersions(client, 'rule_sets', name), from, to, readBody);
        show(command, diff, () => diffText(diff));
      }),
    );
}

/** Layout and comments of the text are no difference. */
function readBody(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  const parsed = parseJson(body);
  return parsed.ok ? parsed.value : body;
}
