import { Command } from 'commander';
import { RequestError } from '../request-error.ts';
import { formMatchesCommand } from './form-matches.ts';
import { matchText } from './match-text.ts';
import { show, withClient } from './terminal.ts';

/** Matches: those of the fleet, and those a rule set would form. */
export function matchCommands(from: string): Command {
  const match = new Command('match')
    .description('matches of the fleet; without a command, form some from files')
    .addCommand(formMatchesCommand(from), { isDefault: true })
    // The default command would take the word for an argument of its own, and say what else it lacks.
    .hook('preSubcommand', ({ args: [word = '-'] }, chosen) => {
      if (!word.startsWith('-') && word !== chosen.name()) match.error(`error: unknown command '${word}'`);
    });

  match
    .command('show')
    .description('a match wherever it is: proposed, decided, or stored with its result and rating changes')
    .argument('<match-id>')
    .action((matchId: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const found = await client.describeMatch(matchId);
        if (!found)
          throw new RequestError(
            'not-found',
            `there is no match ${matchId}: a proposal that was not accepted leaves none; "ticket show" tells what became of its tickets`,
          );
        show(command, found, () => matchText(matchId, found));
      }),
    );

  return match;
}
