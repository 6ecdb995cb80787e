import { defaultLadder } from '../rating-update/ladder.ts';
import { newcomer, visibleRating } from '../rating-update/rating.ts';
import type { Check } from './check.ts';
import { promisedCalls } from './diary.ts';
import { gamesOf, isLive, presentIn } from './games.ts';
import type { StoredMatch, StoredSession } from './snapshot.ts';

const isOpen = ({ status }: StoredSession) => status === 'ACTIVE' || status === 'IN_MATCH';

/** A session that was promised is stored. */
export const sessionKept: Check = {
  invariant: 11,
  find({ sessions }, diary) {
    const stored = new Set(sessions.map((session) => session._id));
    return promisedCalls(diary, 'create-session')
      .filter(({ sessionId }) => !stored.has(sessionId))
      .map(({ sessionId }) => ({
        subject: sessionId,
        story: `session ${sessionId} was promised and is not stored`,
      }));
  },
};

/** A session that says it is in a match is in a live one, whose player has not left. */
export const sessionMatchLive: Check = {
  invariant: 4,
  find({ sessions, matches }, { settled }) {
    if (!settled) return [];
    const { byId } = gamesOf(matches);
    return sessions.flatMap(({ _id, player_id, status, match_id = '' }) => {
      if (status !== 'IN_MATCH') return [];
      const match = byId.get(match_id);
      const wrong = !match
        ? 'is not recorded'
        : !isLive(match)
          ? 'is over'
          : !presentIn(match).includes(player_id) && 'is without its player';
      if (!wrong) return [];
      return [{ subject: _id, story: `session ${_id} is in match ${match_id}, which ${wrong}` }];
    });
  },
};

/**
 * Who plays in a live match and has an open session that is older than it has a session in a match. One that the queue does not
 * know any more has been live for longer than anybody waits for its result.
 */
export const playerSessionInMatch: Check = {
  invariant: 4,
  find({ sessions, matches, live }, { settled }) {
    if (!settled) return [];
    const byPlayer = Map.groupBy(sessions.filter(isOpen), (session) => session.player_id);
    const known = newestLiveMatches(matches).filter(([, match]) => live.has(match._id));
    return known.flatMap(([playerId, match]) => {
      const older = (byPlayer.get(playerId) ?? []).filter((session) => session.created_at < match.now);
      if (older.length === 0 || older.some((session) => session.status === 'IN_MATCH')) return [];
      const story = `player ${playerId} is in match ${match._id}, and session ${older[0]?._id} is in none`;
      return [{ subject: playerId, story }];
    });
  },
};

/** Per player of a live match that match, where no later one was decided for them. */
function newestLiveMatches(matches: readonly StoredMatch[]): [string, StoredMatch][] {
  const newest = new Map<string, StoredMatch>();
  for (const match of matches
    .filter((it) => it.status === 'COMPLETED')
    .sort((a, b) => (a.as_of ?? a.now) - (b.as_of ?? b.now)))
    for (const playerId of match.teams.flatMap((team) => team.playerIds)) newest.set(playerId, match);
  return [...newest].filter(([playerId, match]) => isLive(match) && presentIn(match).includes(playerId));
}

/** A session shows a rating that its player has had. */
export const sessionRating: Check = {
  invariant: 5,
  find({ sessions, ratingChanges }) {
    const had = new Map<string, Set<number>>();
    for (const { ladder, player_id, current_rating } of ratingChanges)
      if (ladder === defaultLadder) had.set(player_id, (had.get(player_id) ?? new Set()).add(current_rating));
    const first = visibleRating(newcomer);
    return sessions
      .filter(({ player_id, rating }) => rating !== first && !had.get(player_id)?.has(rating))
      .map(({ _id, player_id, rating }) => ({
        subject: _id,
        story: `session ${_id} shows rating ${rating}, which player ${player_id} never had`,
      }));
  },
};

/** A session whose end was promised is over, and so is its player's part in the match that it was in. */
export const endedSessionOver: Check = {
  invariant: 11,
  find({ sessions, matches }, diary) {
    const byId = new Map(sessions.map((session) => [session._id, session]));
    const { last } = gamesOf(matches);
    return promisedCalls(diary, 'end-session').flatMap(({ sessionId, toldAt }) => {
      const session = byId.get(sessionId);
      if (!session || !diary.settled) return [];
      if (isOpen(session))
        return [{ subject: sessionId, story: `session ${sessionId} was ended and is ${session.status}` }];
      const match = last(session.match_id ?? '');
      const goesOn =
        match && isLive(match) && match.now < toldAt && presentIn(match).includes(session.player_id);
      if (!goesOn) return [];
      const story = `session ${sessionId} was ended and its player is still in match ${match._id}`;
      return [{ subject: sessionId, story }];
    });
  },
};
