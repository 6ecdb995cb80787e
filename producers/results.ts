import { coalesce } from '../jobs/coalesce.ts';
import { maxEnvelopeBytes } from '../jobs/contract.ts';
import type { ReportedResult } from '../jobs/ladder/result.ts';
import type { Reporting } from '../jobs/matchmaking/ticket-calls.ts';
import { updateRatings } from '../jobs/rating-update/update-ratings.ts';
import type { Admit } from './admission.ts';
import { batchesInFlight } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import { at, RequestError } from './request-error.ts';
import type { Tickets } from './tickets.ts';

/** Results recorded by one script. */
const resultsPerScript = 200;

export interface ResultParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly tickets: Pick<Tickets, 'report'>;
  /** Wakes the raters of ladders. */
  readonly wakeLadders: (ladders: readonly string[]) => Promise<void>;
}

/** Results of matches: services report them, never players. */
export function openResults({ call, admit, tickets, wakeLadders }: ResultParts) {
  const record = coalesce({
    send: async (results: readonly Reporting[]) => {
      const { ladders, reported } = await tickets.report(results);
      await wakeLadders(ladders);
      return reported;
    },
    inFlight: batchesInFlight,
    schedule: setImmediate,
    maxItems: resultsPerScript,
    maxBytes: maxEnvelopeBytes,
    bytesOf: ({ matchId, result }: Reporting) => matchId.length + JSON.stringify(result).length,
  });

  const reportOne = (result: ReportedResult, options: CallOptions): Promise<void> =>
    call(updateRatings, options, async ({ underWay }) => {
      const { matchId, ...item } = parse(updateRatings.item, result);
      await admit({ underWay });
      if ((await record({ matchId, result: item })) === 'placing')
        throw new RequestError(
          'conflict',
          at('matchId', `match ${matchId} is being placed; report its result when it has been played`),
        );
    });

  return {
    /**
     * Reports a match's result: services only. When this returns the match is over, nobody joins it any more, and its ladder rates it in
     * its turn, once, however often it is reported. A result that cannot be one (teams that did not play, a match that nobody knows,
     * another result than the match has) changes no rating; it is kept with the reason among refused results.
     */
    reportMatchResult: (result: ReportedResult, options: CallOptions = {}) => reportOne(result, options),

    /** Reports many results; each succeeds or fails alone, in the order given. */
    reportMatchResults: (results: readonly ReportedResult[], options: CallOptions = {}) =>
      Promise.allSettled(results.map((result) => reportOne(result, options))),
  };
}
