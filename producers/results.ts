import type { ReportedResult } from '../jobs/rating-update/result.ts';
import { updateRatings } from '../jobs/rating-update/update-ratings.ts';
import type { Admit } from './admission.ts';
import type { AddItem } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';

export interface ResultParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly addItem: AddItem;
}

/** Results of matches: services report them, never players. */
export function openResults({ call, admit, addItem }: ResultParts) {
  const reportOne = (result: ReportedResult, options: CallOptions): Promise<{ jobId: string }> =>
    call(updateRatings, options, async ({ actor, underWay }) => {
      const item = parse(updateRatings.item, result);
      await admit({ underWay });
      return { jobId: await addItem(updateRatings, item, actor) };
    });

  return {
    /** Reports a match's result: services only. It is rated once, however often it is reported. */
    reportMatchResult: (result: ReportedResult, options: CallOptions = {}) => reportOne(result, options),

    /** Reports many results; each succeeds or fails alone, in the order given. */
    reportMatchResults: (results: readonly ReportedResult[], options: CallOptions = {}) =>
      Promise.allSettled(results.map((result) => reportOne(result, options))),
  };
}
