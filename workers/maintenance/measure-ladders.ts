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
  readonly distributions: Pick<RatingDistributions, 'measure'>;
}

export const measureLaddersDuty: OpenDuty<MeasuringStores> = (stores) =>
  duty(measureLadders, measureLaddersInUse(stores));

/** Measures how the players of ladders are rated, where a configuration takes percentiles from them. */
export const measureLaddersInUse =
  ({ pool, configurations, distributions }: MeasuringStores): Handler<unknown> =>
  async () => {
    const ladders = (await configurations.all()).flatMap(({ configuration }) =>
      takesPercentile(configuration.ratingAttributes ?? {}) ? [configuration.ladder ?? defaultLadder] : [],
    );
    return done({ measured: await distributions.measure([...new Set(ladders)], await pool.redisTime()) });
  };
