import { done, later, refused } from '../../jobs/contract.ts';
import { type CorrectResult, mostRecomputed } from '../../jobs/rating-update/correct-result.ts';
import { recompute, recomputeJobId } from '../../jobs/rating-update/recompute.ts';
import { resultProblem, sameResult } from '../../jobs/rating-update/result.ts';
import type { Queues } from '../enqueue.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import { type Database, inTransaction } from '../records/database.ts';
import type { Ladders } from '../records/ladders.ts';
import { type Matches, playedTeams } from '../records/matches.ts';

export interface CorrectionStores {
  readonly database: Database;
  readonly ladders: Ladders;
  readonly matches: Matches;
  readonly pool: Pick<Pool, 'decided'>;
}

/** How long (ms) a correction waits for another's recompute before it looks again. */
const busyMs = 1_000;

/**
 * Replaces a match's result and closes its ladder for a recompute, in one transaction: a crash before it leaves nothing,
 * one after it a recompute that the resuming job finds and carries on.
 */
export const correctResults =
  (
    { database, ladders, matches, pool }: CorrectionStores,
    { enqueue }: Pick<Queues, 'enqueue'>,
  ): Handler<CorrectResult> =>
  async ([item], { actor }) => {
    if (!item) return done();
    if (actor.kind === 'player') return refused('a player may not correct match results');
    const { matchId: reported, ...result } = item.result;
    const matchId = (await matches.current([reported], pool.decided, new Date())).get(reported) ?? reported;
    const match = (await matches.find([matchId])).get(matchId);
    if (!match) return refused(`matchId: there is no match ${matchId}`);
    const { ladder: name, ladder_time: at } = match;
    if (!match.result || at === undefined)
      return refused(`matchId: match ${matchId} has no result yet; report it instead`);
    const mismatch = resultProblem({ teams: playedTeams(match) }, item.result);
    if (mismatch) return refused(mismatch);
    const ladder = (await ladders.read([name])).get(name);
    const revision = (ladder?.revision ?? 0) + 1;
    if (sameResult(match.result, result)) return done({ matches: 0, revision: ladder?.revision });

    const count = await matches.countRatedFrom(name, at, mostRecomputed + 1);
    if (count > mostRecomputed)
      return refused(
        `matchId: ladder ${name} has rated more than ${mostRecomputed} matches since ${matchId}; a correction that far back is not possible`,
      );
    const correction = {
      replaced: match.result,
      revision,
      by: actor.name,
      reason: item.reason,
      at: new Date(),
    };
    const closed = await inTransaction(database, async (session) => {
      const begun = { revision, next: { at, matchId }, replayed: 0 };
      if (!(await ladders.close(name, begun, session))) return false;
      await matches.correct(matchId, result, correction, session);
      return true;
    });
    if (!closed) return later(busyMs, `ladder ${name} is being recomputed after another correction`);
    const begun = { ladder: name, revision };
    await enqueue({ job: recompute, items: [begun], options: { jobId: recomputeJobId(begun) } });
    return done({ matches: count, revision });
  };
