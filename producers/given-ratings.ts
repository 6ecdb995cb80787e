import { randomUUID } from 'node:crypto';
import { erasePlayer, pseudonymOf } from '../jobs/rating-update/erase-player.ts';
import {
  type GivenRating,
  type GiveRatings,
  givenRating,
  giveRatings,
  importedPart,
  mostGiven,
} from '../jobs/rating-update/give-ratings.ts';
import type { Call } from './call.ts';
import type { CommandOptions, GiveByJob } from './commands.ts';
import { parse } from './parse.ts';
import { at, RequestError } from './request-error.ts';

/** Parts of an import that are given at once: the rater takes one while the next are on their way. */
const partsAtOnce = 8;
/** Bytes of JSON that a part's ratings come to at most: a command is JSON within a job's JSON, which may double them, and a job carries 256 KiB. */
const partBytes = 100_000;

export interface ImportRequest {
  readonly ladder: string;
  /** Names the import: a part that is on record under it is not given again. */
  readonly importId: string;
  readonly ratings: Iterable<GivenRating> | AsyncIterable<GivenRating>;
  readonly reason?: string;
  /** Told after each part how many ratings are on record. */
  readonly onProgress?: (ratings: number) => void;
}

/** Ratings on record by an import; `earlier`: those that were so before. */
export interface Imported {
  readonly ratings: number;
  readonly earlier: number;
}

/** Ratings that operators bring along or put right, and players whom they erase. Services only. */
export function openGivenRatings({
  call,
  giveByJob,
}: {
  readonly call: Call;
  readonly giveByJob: GiveByJob;
}) {
  const give = async (item: GiveRatings, options: CommandOptions) =>
    (await giveByJob(giveRatings, ({ ladder }) => ladder, item, options)) as {
      ordinal: number;
      run?: string;
    };

  return {
    /**
     * Erases a player: profile, ratings, sessions and tickets go, and a pseudonym stands for them in matches. Refused while they have a
     * ticket or a live match. Resolves when it is done.
     */
    erasePlayer: (
      { playerId, reason }: { readonly playerId: string; readonly reason: string },
      options: CommandOptions = {},
    ): Promise<{ pseudonym: string; matches: number; sessions: number }> => {
      const request = { playerId, reason, pseudonym: pseudonymOf(randomUUID()) };
      return giveByJob(erasePlayer, ({ pseudonym }) => pseudonym, request, { reason, ...options }) as never;
    },

    /** Gives one player a rating on a ladder: as players see it, or mu and sigma. Kept with the reason. */
    setRating: (
      { ladder, reason, ...rating }: GivenRating & { readonly ladder: string; readonly reason: string },
      options: CommandOptions = {},
    ): Promise<{ ordinal: number }> => give({ ladder, reason, ratings: [rating] }, { reason, ...options }),

    /**
     * Gives a ladder's players the ratings that they have elsewhere, a thousand to a document of the ladder. Given again under the same
     * `importId` with the same ratings in the same order it goes on where it was broken off. Each player once: the later of two
     * would stand.
     */
    importRatings: (
      { ladder, importId: id, ratings, reason, onProgress }: ImportRequest,
      options: CommandOptions = {},
    ): Promise<Imported> =>
      call(giveRatings, options, async ({ begun }) => {
        const run = randomUUID();
        let [given, earlier] = [0, 0];
        const parts = inParts(ratings);
        const giveThem = async () => {
          for (let next = await parts.next(); !next.done; next = await parts.next()) {
            const { part, ratings: some } = next.value;
            const item = { ladder, ratings: some, reason, import: { id, part, run } };
            const commandId = importedPart(item);
            const answer = await give(item, {
              ...options,
              ...(reason && { reason }),
              ...(commandId && { commandId }),
            });
            begun();
            given += some.length;
            if (answer.run !== run) earlier += some.length;
            onProgress?.(given);
          }
        };
        // What one of them meets ends the others once their part is given.
        const stop = () => parts.return(undefined);
        const all = await Promise.allSettled(
          Array.from({ length: partsAtOnce }, () => giveThem().finally(stop)),
        );
        for (const it of all) if (it.status === 'rejected') throw it.reason;
        if (given === 0) throw new RequestError('invalid-request', at('ratings', 'there are none'));
        return { ratings: given, earlier };
      }),
  };
}

/** Ratings by the part of an import in which they go, each in its normal form. */
async function* inParts(
  ratings: ImportRequest['ratings'],
): AsyncGenerator<{ part: number; ratings: GivenRating[] }> {
  let part = 0;
  let [some, bytes]: [GivenRating[], number] = [[], 0];
  for await (const rating of ratings) {
    const parsed = parse(givenRating, rating);
    const more = Buffer.byteLength(JSON.stringify(parsed)) + 1;
    if (some.length === mostGiven || bytes + more > partBytes) {
      yield { part: part++, ratings: some };
      [some, bytes] = [[], 0];
    }
    some.push(parsed);
    bytes += more;
  }
  if (some.length > 0) yield { part, ratings: some };
}
