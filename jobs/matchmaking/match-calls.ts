import type { StoredResult } from '../ladder/result.ts';
import type { BindScript } from '../scripts/bind.ts';

/** What became of a match that is to end: see `end-match.lua`. */
export type MatchEnding = 'ended' | 'placing' | 'going-on' | 'unknown';

/** What became of a result: see `report-result.lua`. */
export type Reported = 'recorded' | 'placing';

/** A result on its way to its ladder's rater. `ladder`: where the record is known to say so. */
export interface Reporting {
  readonly matchId: string;
  readonly result: StoredResult;
  readonly ladder?: string;
}

/**
 * The calls about matches that one script each decides, whoever runs it: the client itself, or a worker for a
 * job of that kind.
 */
export function matchCalls(script: BindScript) {
  const run = {
    leave: script<[string, string]>('leave'),
    endMatch: script<MatchEnding[]>('end-match'),
    report: script<[string[], ...Reported[]]>('report-result'),
  };

  return {
    /**
     * Takes a player out of a live match, without a `matchId` out of whichever they are in; `sessionId`:
     * because it ends. Returns the id under which that match goes on; `undefined` when they are not in it as
     * far as the queue knows.
     */
    async leave(playerId: string, matchId = '', sessionId = ''): Promise<string | undefined> {
      const [outcome, left] = await run.leave(playerId, matchId, sessionId);
      return outcome === 'left' ? left : undefined;
    },

    /** Ends live matches. */
    endMatches: async (matchIds: readonly string[]): Promise<MatchEnding[]> =>
      matchIds.length === 0 ? [] : run.endMatch(...matchIds),

    /** Records results of matches, which end. `ladders`: those whose raters are to be woken. */
    async report(
      results: readonly Reporting[],
    ): Promise<{ ladders: readonly string[]; reported: readonly Reported[] }> {
      if (results.length === 0) return { ladders: [], reported: [] };
      const [ladders, ...reported] = await run.report(
        ...results.flatMap(({ matchId, result, ladder = '' }) => [matchId, JSON.stringify(result), ladder]),
      );
      return { ladders, reported };
    },
  };
}
