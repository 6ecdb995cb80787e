import { Command, InvalidArgumentError } from 'commander';
import { type Problem, problemLine, problemList } from '../../jobs/problem-list.ts';
import { stepsBeyond } from '../../jobs/rule-set/doubts.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { RequestError } from '../request-error.ts';
import { readRuleSetText } from './read-file.ts';
import { show } from './terminal.ts';
import { counted } from './wording.ts';

/** Problems of one file that are printed for people. */
const mostPrinted = 50;

interface Validated {
  readonly file: string;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function validateRuleSetCommand(from: string): Command {
  return new Command('validate')
    .description('say what is wrong with rule sets; needs no server')
    .argument('<files...>', 'FlexMatch rule sets, JSON; - is standard input')
    .option('--request-timeout <seconds>', 'warn of expansions that come too late for it', seconds)
    .action(async (files: readonly string[], options: { requestTimeout?: number }, command: Command) => {
      const validated: Validated[] = [];
      for (const file of files) validated.push(validate(file, await readRuleSetText(from, file), options));
      show(command, validated, () => validated.map(text).concat(summary(validated)).join('\n'));
      const broken = validated
        .filter((it) => !it.valid)
        .map(({ file, problems }) => `${file} (${problems.length})`);
      if (broken.length > 0)
        throw new RequestError('invalid-request', `problems in ${problemList(broken).join(', ')}`);
    });
}

function validate(file: string, body: string, { requestTimeout }: { requestTimeout?: number }): Validated {
  const loaded = loadRuleSet(body);
  if (!loaded.ok) return { file, valid: false, problems: loaded.problems, warnings: loaded.warnings };
  const late = requestTimeout === undefined ? [] : stepsBeyond(loaded.ruleSet, requestTimeout);
  return { file, valid: true, problems: [], warnings: [...loaded.warnings, ...late] };
}

const text = ({ file, valid, problems, warnings }: Validated): string =>
  [
    ...problemList(
      problems.map((it) => `problem  ${problemLine(it)}`),
      mostPrinted,
    ),
    ...problemList(
      warnings.map((it) => `warning  ${problemLine(it)}`),
      mostPrinted,
    ),
    `${file} is ${valid ? 'valid' : `no rule set: ${counted(problems.length, 'problem')}`}`,
  ].join('\n');

function summary(validated: readonly Validated[]): string[] {
  if (validated.length === 1) return [];
  const valid = validated.filter((it) => it.valid).length;
  return [`${counted(validated.length, 'file')}: ${valid} valid, ${validated.length - valid} with problems`];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0))
    throw new InvalidArgumentError('must be a number of seconds above 0');
  return value;
}
