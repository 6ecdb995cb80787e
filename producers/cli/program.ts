import { Command, CommanderError, Help, Option } from 'commander';
import { RequestError } from '../request-error.ts';
import { auditCommands } from './audit.ts';
import { configurationCommands } from './configuration.ts';
import { eventCommands } from './event.ts';
import { importCommands } from './import.ts';
import { keyCommands } from './key.ts';
import { ladderCommands } from './ladder.ts';
import { matchCommands } from './match.ts';
import { playerCommands } from './player.ts';
import { poolCommands } from './pool.ts';
import { queueCommands } from './queue.ts';
import { ruleSetCommands } from './rule-set.ts';
import { schemaCommand } from './schema.ts';
import { showError } from './terminal.ts';
import { ticketCommands } from './ticket.ts';

/** The command line as Commander runs it. `from`: the folder that relative paths start from. */
export function openProgram(from: string): Command {
  const program = new Command('fleet')
    .description("The operator's hand on a matchmaking fleet")
    // By `env`, so that the help shows the variable's name: its value may hold a password.
    .addOption(new Option('--redis-url <url>', 'the queue Redis').env('QUEUE_REDIS_URL'))
    .addOption(new Option('--domain <name>', 'region or title').env('DOMAIN').default('main'))
    .option('--json', 'print JSON for machines')
    .addOption(
      new Option(
        '--operator-key <key>',
        'name~secret, or the ARN of its secret: signs what changes anything',
      ).env('OPERATOR_KEY'),
    )
    .option('--reason <text>', 'why, kept in the audit')
    .showHelpAfterError('(add --help for what this command takes)')
    .configureHelp({ showGlobalOptions: true, optionDescription })
    .exitOverride();
  for (const command of [
    ruleSetCommands(from),
    configurationCommands(from),
    poolCommands(),
    playerCommands(),
    ticketCommands(from),
    matchCommands(from),
    ladderCommands(from),
    eventCommands(),
    queueCommands(),
    auditCommands(),
    keyCommands(),
    importCommands(),
    schemaCommand(),
  ])
    program.addCommand(command);
  for (const command of program.commands)
    for (const each of [command, ...command.commands]) each.copyInheritedSettings(program);
  return program;
}

/**
 * Runs one command. Returns its exit code: 0 done, 1 the fleet could not or would not, 2 the command itself
 * was wrong. What it prints for people and programs goes to stdout; why it failed, warnings and what it waits
 * for go to stderr.
 */
export async function runProgram(from: string, args: readonly string[]): Promise<0 | 1 | 2> {
  const program = openProgram(from);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof RequestError)) throw error;
    showError(error, program.opts<{ json?: boolean }>().json ?? false);
    return error.code === 'invalid-request' ? 2 : 1;
  }
}

/** As Commander has it, and: which options a command does not do without. */
function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option);
  return option.mandatory ? `${text} (required)` : text;
}
