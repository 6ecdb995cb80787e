import { defaultLadder } from '../ladder/ladder.ts';
import { newcomer, visibleRating } from '../ladder/rating.ts';
import type { Check } from './check.ts';
import { promisedCalls } from './diary.ts';
import { gamesOf, presentIn } from './games.ts';
import type { StoredMatch } from './snapshot.ts';

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

/** A player is in the live match that readers of their session are told, and in no other. */
export const playerInMatch: Check = {
  invariant: 4,
  find({ live, playing }, { settled }) {
    if (!settled) return [];
    const told = [...playing].flatMap(([playerId, matchId]) =>
      live.get(matchId)?.playerIds.includes(playerId)
        ? []
        : [{ subject: playerId, story: `player ${playerId} is told to be in match ${matchId} and is not` }],
    );
    const seated = [...live].flatMap(([matchId, { playerIds }]) =>
      playerIds
        .filter((id) => playing.get(id) !== matchId)
        .map((id) => ({
          subject: id,
          story: `player ${id} is in match ${matchId} and is told to be in ${playing.get(id) ?? 'none'}`,
        })),
    );
    return [...told, ...seated];
  },
};

/** A session shows a rating that its player has had. */
export const sessionRating: Check = {
  invariant: 5,
  find({ sessions, ratingChanges, givenRatings = [] }) {
    const had = new Map<string, Set<number>>();
    for (const { ladder, player_id, after } of [...ratingChanges, ...givenRatings])
      if (ladder === defaultLadder)
        had.set(player_id, (had.get(player_id) ?? new Set()).add(visibleRating(after)));
    const first = visibleRating(newcomer);
    return sessions
      .filter(({ player_id, rating }) => rating !== first && !had.get(player_id)?.has(rating))
      .map(({ _id, player_id, rating }) => ({
        subject: _id,
        story: `session ${_id} shows rating ${rating}, which player ${player_id} never had`,
      }));
  },
};

/**
 * A session whose end was promised is over, and so is its player's part in the live matches that there were.
 */
export const endedSessionOver: Check = {
  invariant: 11,
  find({ sessions, matches, live }, diary) {
    if (!diary.settled) return [];
    const byId = new Map(sessions.map((session) => [session._id, session]));
    const { isLive } = gamesOf(matches);
    const going = matches.filter((match) => isLive(match) && live.has(match._id));
    return promisedCalls(diary, 'end-session').flatMap(({ sessionId, askedAt }) => {
      const session = byId.get(sessionId);
      if (!session) return [];
      if (session.status === 'ACTIVE')
        return [{ subject: sessionId, story: `session ${sessionId} was ended and is ${session.status}` }];
      return going
        .filter((match) => !diary.clockMoved && beganBefore(match, askedAt, session.player_id))
        .map(({ _id }) => ({
          subject: sessionId,
          story: `session ${sessionId} was ended and its player is still in match ${_id}`,
        }));
    });
  },
};

/** The player was in the match before that moment, and is. */
const beganBefore = (match: StoredMatch, moment: number, playerId: string): boolean =>
  match.now < moment && presentIn(match).includes(playerId);
