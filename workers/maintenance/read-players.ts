import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { pointsOf, type Rating, visibleRating } from '../../jobs/ladder/rating.ts';
import {
  describePlayer,
  type LadderRating,
  type PlayerOnRecord,
  predictChances,
  type RankedPlayer,
  type RatingReason,
  type ShownChange,
  topOfLadder,
} from '../../jobs/maintenance/read-players.ts';
import type { Pool } from '../pool/pool.ts';
import type { Ladders } from '../records/ladders.ts';
import { type Players, ratingOn } from '../records/players.ts';
import { predict } from '../records/predict.ts';
import type { RatingChanges } from '../records/rating-changes.ts';
import type { SessionRecord, Sessions } from '../records/sessions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

/** Changes of each ladder where nobody says how many, and sessions, that are shown. */
const mostShown = 10;
/** Ladders, by name, of which changes are shown. */
const mostLadders = 10;

export interface PlayerStores {
  readonly players: Pick<Players, 'find' | 'top'>;
  readonly changes: Pick<RatingChanges, 'ofPlayer'>;
  readonly sessions: Pick<Sessions, 'ofPlayer'>;
}

export const describePlayerDuty: OpenDuty<PlayerStores> = (stores) =>
  duty(describePlayer, describePlayers(stores));

/** Describes a player: producers have no way to DocumentDB. */
export const describePlayers =
  ({ players, changes, sessions }: PlayerStores): Handler<z.output<typeof describePlayer.item>> =>
  async ([item]) => {
    const { playerId = '', changes: mostChanges = mostShown } = item ?? {};
    const player = (await players.find([playerId])).get(playerId);
    if (!player) return done(null);
    const ladders = Object.keys(player.ratings).sort();
    const [documents, held] = await Promise.all([
      Promise.all(
        ladders.slice(0, mostLadders).map((ladder) => changes.ofPlayer(playerId, ladder, mostChanges)),
      ),
      sessions.ofPlayer(playerId, mostShown),
    ]);
    const { created_at, games_played: gamesPlayed, current_rating: rating } = player.profile;
    const described: PlayerOnRecord = {
      ...{ createdAt: created_at.toISOString(), gamesPlayed, rating },
      ratings: ladders.flatMap((ladder) => {
        const own = ratingOn(player, ladder);
        return own ? [{ ladder, ...shown(own) }] : [];
      }),
      changes: documents.flat().flatMap((it) => changeIn(it, playerId)),
      sessions: held.map(sessionOf),
    };
    return done(described);
  };

export const topOfLadderDuty: OpenDuty<Pick<PlayerStores, 'players'>> = (stores) =>
  duty(topOfLadder, listTop(stores));

/** Lists the best of a ladder. */
export const listTop =
  ({ players }: Pick<PlayerStores, 'players'>): Handler<z.output<typeof topOfLadder.item>> =>
  async ([item]) => {
    if (!item) return done([]);
    const { ladder, from, limit } = item;
    const found = await players.top(ladder, from - 1, limit);
    return done(
      found.flatMap((player, index): RankedPlayer[] => {
        const rating = ratingOn(player, ladder);
        return rating ? [{ rank: from + index, playerId: player._id, ...shown(rating) }] : [];
      }),
    );
  };

interface PredictStores {
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly ladders: Ladders;
  readonly players: Players;
}

export const predictChancesDuty: OpenDuty<PredictStores> = (stores) =>
  duty(predictChances, predictNow(stores));

/** Says how likely each team of a match is to win, by what the record has now. */
export const predictNow =
  ({ pool, ...stores }: PredictStores): Handler<z.output<typeof predictChances.item>> =>
  async ([item]) => {
    if (!item) return done();
    const teams = item.teams.map((playerIds, at) => ({ name: String(at), playerIds }));
    const match = { matchId: '', ladder: item.ladder, now: await pool.redisTime(), teams };
    return done({ chances: (await predict([match], stores)).get('') });
  };

const shown = ({ mu, sigma, games, season, at }: Rating): Omit<LadderRating, 'ladder'> => ({
  ...{ rating: visibleRating({ mu }), uncertainty: Math.round(pointsOf(sigma)), games, season },
  ...(at > 0 && { lastMatchAt: new Date(at).toISOString() }),
});

function changeIn(document: LadderDocument, playerId: string): ShownChange[] {
  const { ladder, ordinal, written_at, players } = document;
  const own = players.find((it) => it.player_id === playerId);
  const why = reasonOf(document);
  if (!own || !why) return [];
  return [
    {
      ...{ ladder, ordinal, at: new Date(written_at).toISOString(), why },
      ...{ before: visibleRating(own.before), after: visibleRating(own.after) },
    },
  ];
}

function reasonOf(document: LadderDocument): RatingReason | undefined {
  switch (document.kind) {
    case 'match': {
      const { match_id: matchId, revision } = document;
      return { kind: 'match', matchId, ...(revision > 0 && { correction: revision }) };
    }
    case 'corrected':
      return { kind: 'correction', correction: document.correction };
    case 'brought-forward':
      return { kind: 'season', season: document.season };
    case 'given': {
      const { by, reason } = document;
      return { kind: 'given', by, ...(reason !== undefined && { reason }) };
    }
    default:
      return undefined;
  }
}

const sessionOf = ({ _id: sessionId, status, rating, created_at, timestamp }: SessionRecord) => ({
  ...{ sessionId, status, rating },
  ...{ createdAt: created_at.toISOString(), changedAt: timestamp.toISOString() },
});
