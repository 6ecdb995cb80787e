import type { Collection, Db } from 'mongodb';
import { type SessionStatus, sessionMoves } from '../../jobs/session-creation/session.ts';
import { insertEach } from './write-each.ts';

/** A document of `sessions`, keyed by session id. */
export interface SessionRecord {
  readonly _id: string;
  readonly player_id: string;
  readonly status: SessionStatus;
  readonly rating: number;
  /** When it last changed. It never goes back, also when the clock of who changes it is behind: the cache shows the latest. */
  readonly timestamp: Date;
  readonly created_at: Date;
  readonly match_id?: string;
  /** Fleet time of that match's cycle, ms: an older match never replaces a newer one. */
  readonly match_at?: number;
}

/** A player going into a match, and the session they named if they did. */
export interface Boarding {
  readonly playerId: string;
  readonly sessionId?: string | undefined;
  readonly matchId: string;
  readonly matchAt: number;
  /** The running match they are in already, when theirs goes on from it: the session in it moves on. */
  readonly fromMatch?: string | undefined;
}

interface CreatedSessions {
  readonly earlier: ReadonlyMap<number, SessionRecord>;
  readonly refused: ReadonlyMap<number, string>;
}

export type Sessions = ReturnType<typeof openSessions>;

export function openSessions(db: Db) {
  const sessions = db.collection<SessionRecord>('sessions');

  return {
    /** Stores new sessions; returns, by index, the records that were there before, and why others are refused. */
    async create(records: readonly SessionRecord[]): Promise<CreatedSessions> {
      const { present, refused } = await insertEach(sessions, records);
      if (present.size === 0) return { earlier: new Map(), refused };
      const ids = [...present].map((index) => records[index]?._id ?? '');
      const stored = await sessions.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray();
      const byId = new Map(stored.map((session) => [session._id, session]));
      const earlier = [...present].flatMap((index) => {
        const session = byId.get(records[index]?._id ?? '');
        return session ? [[index, session] as const] : [];
      });
      return { earlier: new Map(earlier), refused };
    },

    /**
     * Points players' sessions at their match: the one they named, else their newest open one. A player whose session
     * already points at the match keeps it, so repeating changes nothing. Returns the sessions as they now are, those of
     * an earlier run included: it may have died before anybody else learned of them.
     */
    async board(boardings: readonly Boarding[], now: Date): Promise<SessionRecord[]> {
      const { from, to } = sessionMoves['start-match'];
      const open = await sessions
        .find(
          {
            player_id: { $in: boardings.map((it) => it.playerId) },
            status: { $in: from },
          },
          { batchSize: 10_000 },
        )
        .sort({ timestamp: -1, _id: 1 })
        .toArray();
      const aboard = new Set(boardings.map(({ playerId, matchId }) => `${playerId} ${matchId}`));
      const earlier = open.filter((session) => aboard.has(`${session.player_id} ${session.match_id}`));
      const changed = boardings.flatMap((boarding) => {
        const session = choose(open, boarding);
        return session
          ? [
              {
                ...session,
                status: to,
                timestamp: later(session.timestamp, now),
                match_id: boarding.matchId,
                match_at: boarding.matchAt,
              },
            ]
          : [];
      });
      if (changed.length > 0)
        await sessions.bulkWrite(
          inEachMatch(changed).map(({ match_id, match_at, ids }) => ({
            updateMany: {
              filter: {
                _id: { $in: ids },
                status: { $in: from },
                $or: [{ match_at: { $exists: false } }, { match_at: { $lt: match_at } }],
              },
              update: { $set: { status: to, match_id, match_at }, $max: { timestamp: now } },
            },
          })),
          { ordered: false },
        );
      return [...earlier, ...changed];
    },

    /**
     * Matches are over: their players' sessions in them are open again, with the players' new ratings. Returns them as they
     * now are, those an earlier run released included.
     */
    async release(
      matchIds: readonly string[],
      playerIds: readonly string[],
      ratings: ReadonlyMap<string, number>,
      now: Date,
    ): Promise<SessionRecord[]> {
      const found = await sessions
        .find(
          {
            player_id: { $in: [...playerIds] },
            match_id: { $in: [...matchIds] },
            status: { $in: ['ACTIVE', 'IN_MATCH'] },
          },
          { batchSize: 10_000 },
        )
        .toArray();
      const released = found.filter((session) => session.status === 'ACTIVE');
      const changed = found
        .filter((session) => session.status === 'IN_MATCH')
        .map((session) => ({
          ...session,
          status: 'ACTIVE' as const,
          rating: ratings.get(session.player_id) ?? session.rating,
          timestamp: later(session.timestamp, now),
        }));
      if (changed.length > 0)
        await sessions.bulkWrite(
          changed.map(({ _id, status, rating, timestamp, match_id }) => ({
            updateOne: {
              filter: { _id, status: 'IN_MATCH', ...(match_id && { match_id }) },
              update: { $set: { status, rating }, $max: { timestamp } },
            },
          })),
          { ordered: false },
        );
      return [...released, ...changed];
    },

    ...openEndings(sessions),
  };
}

/** Finding sessions, and the ways they end. */
function openEndings(sessions: Collection<SessionRecord>) {
  return {
    async find(sessionIds: readonly string[]): Promise<SessionRecord[]> {
      return sessions
        .find({ _id: { $in: [...sessionIds] } }, { batchSize: sessionIds.length + 1 })
        .sort({ _id: 1 })
        .toArray();
    },

    /** Ends sessions that are open. */
    async end(sessionIds: readonly string[], now: Date): Promise<void> {
      const { from, to } = sessionMoves.end;
      await sessions.updateMany(
        { _id: { $in: [...sessionIds] }, status: { $in: from } },
        { $set: { status: to }, $max: { timestamp: now } },
      );
    },

    /** Takes players' sessions out of a match that goes on. Returns those that are or were in it, as they now are. */
    async leave(matchId: string, playerIds: readonly string[], now: Date): Promise<SessionRecord[]> {
      const { from, to } = sessionMoves.leave;
      const theirs = { match_id: matchId, player_id: { $in: [...playerIds] } };
      await sessions.updateMany(
        { ...theirs, status: { $in: from } },
        { $set: { status: to }, $max: { timestamp: now } },
      );
      return sessions.find(theirs, { batchSize: 1_000 }).sort({ _id: 1 }).toArray();
    },

    /** Expires at most `most` open sessions unchanged since a moment. Returns them as they now are. */
    async expire(unchangedSince: Date, most: number, now: Date): Promise<SessionRecord[]> {
      const { from, to } = sessionMoves.expire;
      const stale = { status: { $in: from }, timestamp: { $lt: unchangedSince } };
      const found = await sessions
        .find(stale, { batchSize: most + 1, projection: { _id: 1 } })
        .sort({ timestamp: 1 })
        .limit(most)
        .toArray();
      if (found.length === 0) return [];
      const ids = { _id: { $in: found.map((session) => session._id) } };
      await sessions.updateMany({ ...ids, ...stale }, { $set: { status: to }, $max: { timestamp: now } });
      return sessions
        .find(ids, { batchSize: most + 1 })
        .sort({ _id: 1 })
        .toArray();
    },
  };
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** Sessions by match: one statement for each match, not for each player; to plan one costs DocumentDB most of it. */
const inEachMatch = (boarded: readonly { _id: string; match_id: string; match_at: number }[]) =>
  [...Map.groupBy(boarded, (it) => it.match_id).values()].flatMap((aboard) => {
    const [first] = aboard;
    return first ? [{ ...first, ids: aboard.map((it) => it._id) }] : [];
  });

/** The session that goes into the match, or none when one is already in it or none is open. `open` is newest first. */
function choose(open: readonly SessionRecord[], boarding: Boarding): SessionRecord | undefined {
  const own = open.filter((session) => session.player_id === boarding.playerId);
  if (own.some((session) => session.match_id === boarding.matchId)) return undefined;
  if (boarding.fromMatch !== undefined)
    return own.find(({ status, match_id }) => status === 'IN_MATCH' && match_id === boarding.fromMatch);
  const older = (session: SessionRecord) => (session.match_at ?? 0) < boarding.matchAt;
  const named = own.find((session) => session._id === boarding.sessionId && older(session));
  const lobby = own.find((session) => session.status === 'ACTIVE' && older(session));
  // Who is in an older match leaves it for this one.
  return named ?? lobby ?? own.find(older);
}
