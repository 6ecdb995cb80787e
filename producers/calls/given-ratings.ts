import { randomUUID } from 'node:crypto';
import {
  erasePlayer,
  type GivenRating,
  type GiveRatings,
  givenRating,
  giveRatings,
  importedPart,
  mostGiven,
  pseudonymOf,
} from '../../jobs/rating-update/jobs.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import type { CommandOptions } from '../commands/commands.ts';
import type { ImportRequest } from '../operator-requests.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';

/** Parts of an import that are given at once: the rater takes one while the next are on their way. */
const partsAtOnce = 8;
/**
 * Bytes of JSON that a part's ratings come to at most: a command is JSON within a job's JSON, which may
 * double them, and a job carries 256 KiB.
 */
const partBytes = 100_000;

/** Ratings that operators bring along or put right, and players whom they erase. */
export function givenRatingCalls({ call, giveByJob }: Pick<ClientParts, 'call' | 'giveByJob'>) {
  const give = (name: 'setRating' | 'importRatings', item: GiveRatings, options: CommandOptions) =>
    giveByJob(name, giveRatings, ({ ladder }) => ladder, item, options);

  return {
    erasePlayer({ playerId, reason }, options = {}) {
      const request = { playerId, reason, pseudonym: pseudonymOf(randomUUID()) };
      const how = { reason, ...options };
      return giveByJob('erasePlayer', erasePlayer, ({ pseudonym }) => pseudonym, request, how);
    },

    setRating: ({ ladder, reason, ...rating }, options = {}) =>
      give('setRating', { ladder, reason, ratings: [rating] }, { reason, ...options }),

    importRatings: ({ ladder, importId: id, ratings, reason, onProgress }, options = {}) =>
      call('importRatings', options, async ({ begun }) => {
        const run = randomUUID();
        let [given, earlier] = [0, 0];
        const parts = inParts(ratings);
        const giveThem = async () => {
          for (let next = await parts.next(); !next.done; next = await parts.next()) {
            const { part, ratings: some } = next.value;
            const item = { ladder, ratings: some, reason, import: { id, part, run } };
            const commandId = importedPart(item);
            const how = { ...options, ...(reason && { reason }), ...(commandId && { commandId }) };
            const answer = await give('importRatings', item, how);
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
  } satisfies Calls;
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
