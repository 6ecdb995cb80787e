import { Command, CommanderError, Help, Option } from 'commander';
import { RequestError } from '../request-error.ts';
import { configurationCommands } from './configuration.ts';
import { eventCommands } from './event.ts';
import { ladderCommands } from './ladder.ts';
import { matchCommands } from './match.ts';
import { poolCommands } from './pool.ts';
import { queueCommands } from './queue.ts';
import { ruleSetCommands } from './rule-set.ts';
import { ticketCommands } from './ticket.ts';

const program = new Command('fleet')
  .description("The operator's hand on a matchmaking fleet")
  // By `env`, so that the help shows the variable's name: its value may hold a password.
  .addOption(new Option('--redis-url <url>', 'the queue Redis').env('QUEUE_REDIS_URL'))
  .addOption(new Option('--domain <name>', 'region or title').env('DOMAIN').default('main'))
  .option('--json', 'print JSON for machines')
  .showHelpAfterError('(add --help for what this command takes)')
  .configureHelp({ showGlobalOptions: true, optionDescription })
  .exitOverride();

// npm runs scripts in the project's folder; relative paths are the caller's.
const from = process.env['INIT_CWD'] ?? process.cwd();
program.addCommand(ruleSetCommands(from));
program.addCommand(configurationCommands(from));
program.addCommand(poolCommands());
program.addCommand(ticketCommands(from));
program.addCommand(matchCommands(from));
program.addCommand(ladderCommands(from));
program.addCommand(eventCommands());
program.addCommand(queueCommands());
for (const command of program.commands)
  for (const each of [command, ...command.commands]) each.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  if (!(error instanceof RequestError)) throw error;
  console.error(error.message);
  process.exit(error.code === 'invalid-request' ? 2 : 1);
}

/** As Commander has it, and: which options a command does not do without. */
function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option);
  return option.mandatory ? `${text} (required)` : text;
}
