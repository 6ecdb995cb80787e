import type { StoredResult } from '../ladder/result.ts';
import { type Answered, acceptArguments, readAnswered } from './accept-call.ts';
import {
  type Backfilling,
  type BackfillReply,
  backfillArguments,
  readBackfillVerdict,
} from './backfill-call.ts';
import type { AcceptMatch } from './jobs.ts';
import {
  readVerdicts,
  type Starting,
  type StartReply,
  type StartVerdict,
  startArguments,
} from './start-call.ts';

/** Binds a script of `jobs/scripts` to a domain's queue Redis, by its name. */
type BindScript = <Result>(name: string) => (...args: readonly (string | number)[]) => Promise<Result>;

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
 * The calls that one script each decides, whoever runs it: the client itself, or a worker for a job of that
 * kind.
 */
export function ticketCalls(script: BindScript) {
  const run = {
    start: script<StartReply>('start'),
    stop: script<[string, string]>('stop'),
    accept: script<string[]>('accept'),
    backfill: script<BackfillReply>('backfill'),
    leave: script<[string, string]>('leave'),
    endMatch: script<MatchEnding[]>('end-match'),
    report: script<[string[], ...Reported[]]>('report-result'),
  };

  return {
    /** Starts tickets; each verdict stands alone. `pools`: those to wake. */
    async start(
      tickets: readonly Starting[],
    ): Promise<{ pools: readonly string[]; verdicts: readonly StartVerdict[] }> {
      const reply = await run.start(...startArguments(tickets));
      return { pools: reply[0], verdicts: readVerdicts(tickets, reply) };
    },

    /**
     * The status the ticket has now, `missing` or `stranger` (see `stop.lua`); and the pool to wake, if there
     * is one.
     */
    async stop(ticketId: string, playerId?: string): Promise<{ status: string; pool: string | undefined }> {
      const [status, pool] = await run.stop(ticketId, playerId ?? '');
      return { status, pool: pool || undefined };
    },

    /** Records answers to a proposal. */
    accept: async (answer: AcceptMatch): Promise<Answered> =>
      readAnswered(await run.accept(...acceptArguments(answer))),

    /** Starts a backfill ticket. `pool`: the one to wake, if there is one. */
    async backfill(ticket: Backfilling): Promise<{ verdict: StartVerdict; pool: string | undefined }> {
      const reply = await run.backfill(...backfillArguments(ticket));
      return { verdict: readBackfillVerdict(ticket, reply), pool: reply[3] || undefined };
    },

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
