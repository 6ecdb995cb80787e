import { takesPercentile } from '../../jobs/configuration/rating-attributes.ts';
import { done } from '../../jobs/contract.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import { measureLadders } from '../../jobs/maintenance/read-players.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import type { RatingDistributions } from '../records/rating-distributions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface MeasuringStores {
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly configurations: Pick<Configurations, 'all'>;
  readonly distributions: Pick<RatingDistributions, 'measureNext'>;
}

/** How long (ms) one run goes through players. */
const turnMs = 60_000;

export const measureLaddersDuty: OpenDuty<MeasuringStores> = (stores) =>
  duty(measureLadders, measureLaddersInUse(stores));

/**
 * Measures how the players of ladders are rated, where a configuration takes percentiles from them. What one
 * run does not come to the next one goes on with.
 */
export const measureLaddersInUse =
  ({ pool, configurations, distributions }: MeasuringStores): Handler<unknown> =>
  async () => {
    const until = Date.now() + turnMs;
    const named = (await configurations.all()).flatMap(({ configuration }) =>
      takesPercentile(configuration.ratingAttributes ?? {}) ? [configuration.ladder ?? defaultLadder] : [],
    );
    const ladders = [...new Set(named)];
    const now = await pool.redisTime();
    const measured: string[] = [];
    while (Date.now() < until) {
      const step = await distributions.measureNext(ladders, now, until);
      if (!step) break;
      if (step.over) measured.push(step.ladder);
    }
    return done({ measured });
  };
