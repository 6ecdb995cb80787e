import { coalesce } from '../jobs/coalesce.ts';
import { maxEnvelopeBytes } from '../jobs/contract.ts';
import type { ReportedResult } from '../jobs/rating-update/result.ts';
import { updateRatings } from '../jobs/rating-update/update-ratings.ts';
import type { Admit } from './admission.ts';
import { type AddItem, batchesInFlight } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import { RequestError } from './request-error.ts';
import type { Tickets } from './tickets.ts';

/** Matches ended by one script. */
const matchesPerScript = 200;

export interface ResultParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly addItem: AddItem;
  readonly tickets: Pick<Tickets, 'endMatches'>;
}

/** Results of matches: services report them, never players. */
export function openResults({ call, admit, addItem, tickets }: ResultParts) {
  const end = coalesce({
    send: tickets.endMatches,
    inFlight: batchesInFlight,
    schedule: setImmediate,
    maxItems: matchesPerScript,
    maxBytes: maxEnvelopeBytes,
    bytesOf: (matchId: string) => matchId.length,
  });

  const reportOne = (result: ReportedResult, options: CallOptions): Promise<{ jobId: string }> =>
    call(updateRatings, options, async ({ actor, underWay }) => {
      const item = parse(updateRatings.item, result);
      await admit({ underWay });
      if ((await end(item.matchId)) === 'placing')
        throw new RequestError(
          'conflict',
          `matchId: match ${item.matchId} is being placed; report its result when it has been played`,
        );
      return { jobId: await addItem(updateRatings, item, actor) };
    });

  return {
    /**
     * Reports a match's result: services only. When this returns the match is over, and nobody joins it any more. It is rated
     * once, however often it is reported.
     */
    reportMatchResult: (result: ReportedResult, options: CallOptions = {}) => reportOne(result, options),

    /** Reports many results; each succeeds or fails alone, in the order given. */
    reportMatchResults: (results: readonly ReportedResult[], options: CallOptions = {}) =>
      Promise.allSettled(results.map((result) => reportOne(result, options))),
  };
}
