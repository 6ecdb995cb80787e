import { done } from '../../jobs/contract.ts';
import { takesPercentile } from '../../jobs/matchmaking/rating-attributes.ts';
import { defaultLadder } from '../../jobs/rating-update/ladder.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import type { RatingDistributions } from '../records/rating-distributions.ts';

export interface MeasuringStores {
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly configurations: Pick<Configurations, 'all'>;
  readonly distributions: Pick<RatingDistributions, 'measure'>;
}

/** Measures how the players of ladders are rated, where a configuration takes percentiles from them. */
export const measureLaddersInUse =
  ({ pool, configurations, distributions }: MeasuringStores): Handler<unknown> =>
  async () => {
    const ladders = (await configurations.all()).flatMap(({ configuration }) =>
      takesPercentile(configuration.ratingAttributes ?? {}) ? [configuration.ladder ?? defaultLadder] : [],
    );
    return done({ measured: await distributions.measure([...new Set(ladders)], await pool.redisTime()) });
  };
