import { coalesce } from '../../jobs/coalesce.ts';
import { maxEnvelopeBytes } from '../../jobs/contract.ts';
import type { ReportedResult } from '../../jobs/ladder/result.ts';
import type { Reporting } from '../../jobs/matchmaking/match-calls.ts';
import { updateRatings } from '../../jobs/rating-update/jobs.ts';
import type { CallOptions } from '../call.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { batchesInFlight } from '../queue/batches.ts';
import { at, RequestError } from '../request-error.ts';

/** Results recorded by one script. */
const resultsPerScript = 200;

/** Results of matches. */
export function resultCalls({ call, admit, tickets, wakeLadders }: ClientParts) {
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

  const report = (
    name: 'reportMatchResult' | 'reportMatchResultAll',
    result: ReportedResult,
    options: CallOptions,
  ): Promise<void> =>
    call(name, options, async ({ underWay }) => {
      const { matchId, ...item } = parse(updateRatings.item, result);
      await admit({ underWay });
      if ((await record({ matchId, result: item })) === 'placing')
        throw new RequestError(
          'conflict',
          at('matchId', `match ${matchId} is being placed; report its result when it has been played`),
        );
    });

  return {
    reportMatchResult: (result, options = {}) => report('reportMatchResult', result, options),

    reportMatchResultAll: (results, options = {}) =>
      Promise.allSettled(results.map((result) => report('reportMatchResultAll', result, options))),
  } satisfies Calls;
}
