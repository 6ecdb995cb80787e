import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { at, RequestError } from '../request-error.ts';
import { checkRatings, readRatings } from './ratings-file.ts';
import { show, withClient } from './terminal.ts';

/** How often (ms) an import tells how far it is. */
const progressMs = 2_000;

interface SetOptions {
  readonly rating?: number;
  readonly mu?: number;
  readonly sigma?: number;
  readonly games?: number;
  readonly reason?: string;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('a number');
  return value;
}

/** `ladder set` and `ladder import`: ratings that operators give. */
export function ratingCommands(ladder: Command, from: string): void {
  ladder
    .command('set')
    .description('give a player a rating on a ladder. Needs --reason')
    .argument('<name>', 'which ladder, e.g. default')
    .argument('<player-id>')
    .option('--rating <points>', 'as players see it', number)
    .option('--mu <mu>', "the model's mean, with --sigma", number)
    .option('--sigma <sigma>', 'how uncertain it is (default: by the number of games)', number)
    .option('--games <n>', 'matches that it counts (default: as many as before)', number)
    .action((name: string, playerId: string, _options: SetOptions, command: Command) =>
      withClient(command, async (client) => {
        const { rating, mu, sigma, games, reason } = command.optsWithGlobals<SetOptions>();
        if (!reason)
          throw new RequestError('invalid-request', at('--reason', 'say why; it is kept with the rating'));
        const given = Object.entries({ rating, mu, sigma, games }).filter(([, value]) => value !== undefined);
        const answer = await client.setRating({
          ...{ ladder: name, playerId, reason },
          ...Object.fromEntries(given),
        });
        show(command, answer, [{ ladder: name, playerId, ...answer }]);
      }),
    );

  ladder
    .command('import')
    .description('give players the ratings that they have elsewhere; run again, it goes on where it stopped')
    .argument('<name>', 'which ladder, e.g. default')
    .argument('<file>', 'CSV with a header: player, then rating, or mu and sigma; games may follow')
    .option(
      '--id <id>',
      'names the import; by another one the same file is given again (default: its digest)',
    )
    .action((name: string, file: string, { id }: { readonly id?: string }, command: Command) =>
      withClient(command, async (client) => {
        const path = resolve(from, file);
        const { ratings: all, digest } = await checkRatings(path, file);
        const importId = id ?? digest;
        const { reason } = command.optsWithGlobals<{ reason?: string }>();
        let told = Date.now();
        const imported = await client.importRatings({
          ...{ ladder: name, importId, ratings: readRatings(path, file) },
          ...(reason !== undefined && { reason }),
          onProgress: (ratings) => {
            if (Date.now() < told + progressMs) return;
            told = Date.now();
            console.error(`${ratings} of ${all} ratings are on record`);
          },
        });
        show(command, { ladder: name, importId, ...imported }, () => importText(name, importId, imported));
      }),
    );
}

function importText(
  ladder: string,
  importId: string,
  { ratings, earlier }: { readonly ratings: number; readonly earlier: number },
): string {
  const before =
    earlier > 0 ? `; ${earlier} of them were given before by import ${importId} and are not given again` : '';
  return `${ratings} ratings of ladder ${ladder} are on record${before}`;
}
