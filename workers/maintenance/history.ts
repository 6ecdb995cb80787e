import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { visibleRating } from '../../jobs/ladder/rating.ts';
import {
  type KeptActivity,
  keepActivity,
  type RatedMatch,
  readActivity,
  readPlayerHistory,
} from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { ActivityRecords } from '../records/activity.ts';
import type { Players } from '../records/players.ts';
import type { RatingChanges } from '../records/rating-changes.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface HistoryStores {
  readonly pool: Pick<Pool, 'activity'>;
  readonly activity: ActivityRecords;
  readonly players: Pick<Players, 'find'>;
  readonly changes: Pick<RatingChanges, 'ofPlayer'>;
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

export const readPlayerHistoryDuty: OpenDuty<Pick<HistoryStores, 'players' | 'changes'>> = (stores) =>
  duty(readPlayerHistory, readRatedMatches(stores));

const mostLadders = 10;
const mostMatches = 50;

const readRatedMatches =
  ({
    players,
    changes,
  }: Pick<HistoryStores, 'players' | 'changes'>): Handler<z.output<typeof readPlayerHistory.item>> =>
  async ([item]) => {
    const { playerId = '' } = item ?? {};
    const { ratings = {} } = (await players.find([playerId])).get(playerId) ?? {};
    const found = await Promise.all(
      Object.keys(ratings)
        .slice(0, mostLadders)
        .map((ladder) => changes.ofPlayer(playerId, ladder, mostMatches)),
    );
    const matches = found.flat().flatMap(ratedMatch);
    return done(matches.sort((a, b) => b.ratedAt.localeCompare(a.ratedAt)));
  };

/** `document`: with the player alone. */
function ratedMatch(document: LadderDocument): RatedMatch[] {
  const [change] = document.players;
  if (document.kind !== 'match' || !change) return [];
  return [
    {
      ...{ matchId: document.match_id, ladder: document.ladder },
      ratedAt: new Date(document.written_at).toISOString(),
      ...{ before: visibleRating(change.before), after: visibleRating(change.after) },
    },
  ];
}
