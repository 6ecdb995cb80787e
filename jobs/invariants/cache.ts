import { defaultLadder } from '../ladder/ladder.ts';
import { sessionLifeSeconds } from '../session/session.ts';
import type { Check } from './check.ts';

/**
 * What the cache shows of a session is what the record says, once everything has come to its end. A session
 * that expired may stand there as it was before: readers do not believe one in which nothing happened for
 * that long.
 */
export const cachedSessionTrue: Check = {
  invariant: 4,
  find({ cache, sessions }, { settled }) {
    if (!cache || !settled) return [];
    return sessions.flatMap(({ _id, player_id, status, rating, timestamp }) => {
      const shown = cache.sessions.get(_id);
      if (!shown) return [];
      const unbelieved = timestamp - Number(shown['timestamp']) >= sessionLifeSeconds * 1_000;
      if (status === 'EXPIRED' && unbelieved) return [];
      const [record, cached] = [
        `${status} of player ${player_id}, rating ${rating}`,
        `${shown['status']} of player ${shown['player_id']}, rating ${shown['rating']}`,
      ];
      if (record === cached) return [];
      return [
        { subject: _id, story: `the cache shows session ${_id} as ${cached}; the record says ${record}` },
      ];
    });
  },
};

/** The same of a player's visible rating. */
export const cachedRatingTrue: Check = {
  invariant: 5,
  find({ cache, players }, { settled }) {
    if (!cache || !settled) return [];
    return players.flatMap(({ _id, profile, ratings }) => {
      const shown = cache.ratings.get(_id);
      if (!shown) return [];
      const [record, cached] = [
        `${profile.current_rating} after ${ratings[defaultLadder]?.version ?? 0} matches`,
        `${shown['rating']} after ${shown['version']} matches`,
      ];
      if (record === cached) return [];
      return [
        { subject: _id, story: `the cache shows player ${_id} as ${cached}; the record says ${record}` },
      ];
    });
  },
};
