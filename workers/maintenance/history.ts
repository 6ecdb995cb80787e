import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { type KeptActivity, keepActivity, readActivity } from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { ActivityRecords } from '../records/activity.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface HistoryStores {
  readonly pool: Pick<Pool, 'activity'>;
  readonly activity: ActivityRecords;
}

export const keepActivityDuty: OpenDuty<Pick<HistoryStores, 'pool' | 'activity'>> = ({ pool, activity }) =>
  duty(keepActivity, async () => done({ kept: await activity.keep(await pool.activity.finishedSlots()) }));

export const readActivityDuty: OpenDuty<Pick<HistoryStores, 'activity'>> = ({ activity }) =>
  duty(readActivity, readSlots(activity));

const readSlots =
  (activity: ActivityRecords): Handler<z.output<typeof readActivity.item>> =>
  async ([item]) => {
    if (!item) return done([]);
    const found = await activity.of(item.configuration, item.since);
    return done(
      found.map(
        ({ at, started, matched, cancelled, timedOut, failed, matches, waits }): KeptActivity => ({
          at: at.toISOString(),
          ...{ started, matched, cancelled, timedOut, failed, matches, waits },
        }),
      ),
    );
  };
