import { Argument, Command, InvalidArgumentError } from 'commander';
import type { LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { ReportedResult } from '../../jobs/ladder/result.ts';
import { at, RequestError } from '../request-error.ts';
import { withExample } from './examples.ts';
import { deleteLadderCommand } from './ladder-delete.ts';
import { fitLadderCommand } from './ladder-fit.ts';
import { listLaddersCommand } from './ladder-list.ts';
import { ratingCommands } from './ladder-ratings.ts';
import { showLadderCommand } from './ladder-show.ts';
import { topCommand } from './ladder-top.ts';
import { readJson } from './read-file.ts';
import { show, withClient } from './terminal.ts';

const ladderName = () => new Argument('<name>', 'which ladder, e.g. default');

function seasonNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1');
  return value;
}

export function ladderCommands(from: string): Command {
  const ladder = new Command('ladder').description('how ladders rate, their seasons, and corrected results');

  withExample(ladder.command('put'), from, 'ladder.json')
    .description('give a ladder its settings, for matches rated from now on')
    .addArgument(ladderName())
    .argument('<file>', 'JSON: sideAdvantage, seasonKeeps, ... (jobs/ladder/ladder.ts)')
    .action((name: string, file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const settings = (await readJson(from, file)) as Partial<LadderSettings>;
        const stored = await client.putLadder({ name, settings });
        show(command, { name, settings: stored }, [{ name, ...stored }]);
      }),
    );

  ladder
    .command('start-season')
    .description('start the next season: a soft reset of every rating on the ladder')
    .addArgument(ladderName())
    .argument('<season>', 'its number; the first reset is 1', seasonNumber)
    .action((name: string, season: number, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        await client.startSeason({ ladder: name, season });
        show(command, { ladder: name, season }, [{ ladder: name, season }]);
      }),
    );

  withExample(ladder.command('correct'), from, 'result.json')
    .argument('<file>', 'JSON: the result as it should have been reported')
    .description('replace the result of a rated match; its ladder is rated again from there. Needs --reason')
    .action((file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { reason } = command.optsWithGlobals<{ reason?: string }>();
        if (!reason)
          throw new RequestError('invalid-request', at('--reason', 'say why; it is kept with the match'));
        const result = (await readJson(from, file)) as ReportedResult;
        const answer = await client.correctResult({ result, reason });
        show(command, answer, [answer]);
      }),
    );

  ratingCommands(ladder, from);
  ladder.addCommand(fitLadderCommand(from));
  ladder.addCommand(listLaddersCommand());
  ladder.addCommand(showLadderCommand());
  ladder.addCommand(topCommand());
  ladder.addCommand(deleteLadderCommand());

  return ladder;
}
