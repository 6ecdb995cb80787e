import type { Db } from 'mongodb';
import { newcomer, visibleRating } from '../../jobs/ladder/rating.ts';
import type { StoredSessionStatus } from '../../jobs/session/session.ts';
import { insertEach, updateEach } from './write-each.ts';

/** A document of `sessions`, keyed by session id. Times are of the queue Redis. */
export interface SessionRecord {
  readonly _id: string;
  readonly player_id: string;
  readonly status: StoredSessionStatus;
  /** The player's visible rating when the session began; a newcomer's where it ended before it began. */
  readonly rating: number;
  /** When it last changed. It never goes back. */
  readonly timestamp: Date;
  readonly created_at: Date;
  /** When DocumentDB deletes it; absent while it is open. */
  readonly forget_at?: Date;
}

interface CreatedSessions {
  readonly earlier: ReadonlyMap<number, SessionRecord>;
  readonly refused: ReadonlyMap<number, string>;
}

/** Why the store refuses to change sessions, by their ids. */
type Refused = ReadonlyMap<string, string>;

export type Sessions = ReturnType<typeof openSessions>;

const dayMs = 24 * 3_600_000;

/** `recordDays`: how long sessions that are over stay on record. */
export function openSessions(db: Db, recordDays = 30) {
  const sessions = db.collection<SessionRecord>('sessions');

  /**
   * Changes open sessions in one statement; each alone where the store refuses that, so that one leaves the
   * others be.
   */
  const changeOpen = async (
    sessionIds: readonly string[],
    now: Date,
    $set?: object,
    filter: object = {},
  ): Promise<Refused> => {
    if (sessionIds.length === 0) return new Map();
    const update = { ...($set && { $set }), $max: { timestamp: now } };
    const open = { status: 'ACTIVE' as const, ...filter };
    const together = await updateEach(sessions, [
      { updateMany: { filter: { _id: { $in: [...sessionIds] }, ...open }, update } },
    ]);
    if (together.refused.size === 0) return new Map();
    const { refused } = await updateEach(
      sessions,
      sessionIds.map((_id) => ({ updateOne: { filter: { _id, ...open }, update } })),
    );
    return new Map([...refused].map(([index, reason]) => [sessionIds[index] ?? '', reason]));
  };
  const over = (status: StoredSessionStatus, now: Date) => ({
    status,
    forget_at: new Date(now.getTime() + recordDays * dayMs),
  });
  const find = (sessionIds: readonly string[]): Promise<SessionRecord[]> =>
    sessions
      .find({ _id: { $in: [...sessionIds] } }, { batchSize: sessionIds.length + 1 })
      .sort({ _id: 1 })
      .toArray();

  return {
    find,

    /**
     * Stores new sessions; returns, by index, the records that were there before, and why others are refused.
     */
    async create(records: readonly SessionRecord[]): Promise<CreatedSessions> {
      const { present, refused } = await insertEach(sessions, records);
      if (present.size === 0) return { earlier: new Map(), refused };
      const stored = await find([...present].map((index) => records[index]?._id ?? ''));
      const byId = new Map(stored.map((session) => [session._id, session]));
      const earlier = [...present].flatMap((index) => {
        const session = byId.get(records[index]?._id ?? '');
        return session ? [[index, session] as const] : [];
      });
      return { earlier: new Map(earlier), refused };
    },

    /** A player's last sessions, the newest first. */
    ofPlayer: (playerId: string, most: number): Promise<SessionRecord[]> =>
      sessions
        .find({ player_id: playerId }, { batchSize: most + 1 })
        .sort({ created_at: -1 })
        .limit(most)
        .toArray(),

    /** Ends sessions that are open. */
    end: (sessionIds: readonly string[], now: Date): Promise<Refused> =>
      changeOpen(sessionIds, now, over('ENDED', now)),

    /**
     * Stores sessions that ended before they were created. One that has been created meanwhile stays as it
     * is.
     */
    async endBefore(
      ended: readonly { readonly sessionId: string; readonly playerId: string }[],
      now: Date,
    ): Promise<Refused> {
      const { refused } = await insertEach(
        sessions,
        ended.map(({ sessionId, playerId }) => ({
          _id: sessionId,
          player_id: playerId,
          rating: visibleRating(newcomer),
          timestamp: now,
          created_at: now,
          ...over('ENDED', now),
        })),
      );
      return new Map([...refused].map(([index, reason]) => [ended[index]?.sessionId ?? '', reason]));
    },

    /** Open sessions unchanged since a moment, the oldest first. */
    stale: (unchangedSince: Date, most: number): Promise<SessionRecord[]> =>
      sessions
        .find({ status: 'ACTIVE', timestamp: { $lt: unchangedSince } }, { batchSize: most + 1 })
        .sort({ timestamp: 1 })
        .limit(most)
        .toArray(),

    /** Expires open sessions that are still unchanged since a moment. */
    expire: (sessionIds: readonly string[], unchangedSince: Date, now: Date): Promise<Refused> =>
      changeOpen(sessionIds, now, over('EXPIRED', now), { timestamp: { $lt: unchangedSince } }),

    /** Lets open sessions go on as if they began now. */
    prolong: (sessionIds: readonly string[], now: Date): Promise<Refused> => changeOpen(sessionIds, now),
  };
}
