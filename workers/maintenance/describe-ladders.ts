import { done } from '../../jobs/contract.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import { newLadder } from '../../jobs/ladder/ladder-document.ts';
import { type DescribedLadder, describeLadders } from '../../jobs/maintenance/describe-ladders.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import type { Ladders } from '../records/ladders.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface LadderReadingStores {
  readonly pool: Pick<Pool, 'results'>;
  readonly configurations: Pick<Configurations, 'all'>;
  readonly ladders: Pick<Ladders, 'all'>;
}

export const describeLaddersDuty: OpenDuty<LadderReadingStores> = (stores) =>
  duty(describeLadders, describeAllLadders(stores));

/** Describes ladders by the record, and by what waits for their raters. */
export const describeAllLadders =
  ({ pool, configurations, ladders }: LadderReadingStores): Handler<unknown> =>
  async () => {
    const [records, installed, waiting] = await Promise.all([
      ladders.all(),
      configurations.all(),
      pool.results.arrivalsByLadder(),
    ]);
    const stored = new Map(records.map((it) => [it._id, it]));
    const users = Map.groupBy(installed, (it) => it.configuration.ladder);
    const names = new Set([defaultLadder, ...stored.keys(), ...users.keys(), ...waiting.keys()]);
    const described = [...names].sort().map((name): DescribedLadder => {
      const { season, settings, unfinished } = stored.get(name) ?? newLadder;
      return {
        ...{ name, season, settings },
        usedBy: (users.get(name) ?? []).map((it) => it.configuration.name).sort(),
        stored: stored.has(name),
        waiting: waiting.get(name) ?? 0,
        ...(unfinished && { underWay: unfinished.kind }),
      };
    });
    return done(described);
  };
