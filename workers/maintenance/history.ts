import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import {
  type KeptActivity,
  keepActivity,
  readActivity,
  readPlayerHistory,
} from '../../jobs/maintenance/history.ts';
import { type Duty, duty, type Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { ActivityRecords } from '../records/activity.ts';
import type { PlayerHistory } from '../records/player-history.ts';

export interface HistoryStores {
  readonly pool: Pick<Pool, 'finishedSlots'>;
  readonly activity: ActivityRecords;
  readonly playerHistory: PlayerHistory;
}

/** What happened, for people who look at it later. */
export const historyDuties = ({ pool, activity, playerHistory }: HistoryStores): Duty[] => [
  duty(keepActivity, async () => done({ kept: await activity.keep(await pool.finishedSlots()) })),
  duty(readActivity, readSlots(activity)),
  duty(readPlayerHistory, async ([item]) => done(item ? await playerHistory.of(item.playerId) : [])),
];

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
