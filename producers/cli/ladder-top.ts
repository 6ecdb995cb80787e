import { Command, InvalidArgumentError } from 'commander';
import { show, withClient } from './terminal.ts';

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1');
  return value;
}

interface Options {
  readonly from: number;
  readonly limit: number;
}

export function topCommand(): Command {
  return new Command('top')
    .description('the best players of a ladder, by the rating that players see')
    .argument('<name>', 'which ladder, e.g. default')
    .option('--from <rank>', 'the rank to begin with, at most 100000', whole, 1)
    .option('--limit <n>', 'players listed, at most 1000', whole, 20)
    .action((ladder: string, { from, limit }: Options, command: Command) =>
      withClient(command, async (client) => {
        const players = await client.readTopOfLadder({ ladder, from, limit });
        const rows = players.map(({ playerId, season: _, ...it }) => ({
          ...{ rank: it.rank, player: playerId, rating: it.rating, '±': it.uncertainty, games: it.games },
          'last match': it.lastMatchAt,
        }));
        show(command, players, rows);
      }),
    );
}
