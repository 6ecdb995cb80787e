import { doneEach, later } from '../../jobs/contract.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import { updateRatings } from '../../jobs/rating-update/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';

/** How long (ms) a result waits for its match to be placed. */
const placingMs = 1_000;

export const updateRatingsDuty: OpenDuty<{ readonly pool: Pick<Pool, 'matches'> }> = ({ pool }, { queues }) =>
  duty(updateRatings, recordResults(pool, wakeLadder(queues)));

/** Records results for whoever adds jobs with BullMQ alone, as the client does it at the call. */
export const recordResults =
  (pool: Pick<Pool, 'matches'>, wake: (ladder: string) => Promise<void>): Handler<MatchResult> =>
  async (items) => {
    const { ladders, reported } = await pool.matches.report(
      items.map(({ matchId, ...result }) => ({ matchId, result })),
    );
    await Promise.all(ladders.map(wake));
    if (reported.includes('placing')) return later(placingMs, 'a match has not started yet');
    return doneEach(items.map(({ matchId }) => ({ matchId, status: 'recorded' })));
  };
