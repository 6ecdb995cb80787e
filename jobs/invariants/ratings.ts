import { named } from '../by-name.ts';
import type { Check, Finding } from './check.ts';
import { type Diary, promisedCalls } from './diary.ts';
import { gamesOf, playedIn } from './games.ts';
import type { Snapshot, StoredGivenRating, StoredPlayer, StoredRatingChange } from './snapshot.ts';

/** Ids of the matches that have to be rated: a result of one that went on as another is that one's. */
function dueMatches({ matches }: Snapshot, diary: Diary): Set<string> {
  const { last } = gamesOf(matches);
  const reported = promisedCalls(diary, 'report-result').map(({ matchId }) => last(matchId)?._id ?? matchId);
  return new Set([...reported, ...matches.filter((it) => it.result).map((it) => it._id)]);
}

/** Every reported result changes the rating of each of its players once, and nothing else does. */
export const ratedOnce: Check = {
  invariant: 5,
  find(held, diary) {
    const changes = Map.groupBy(held.ratingChanges, (change) => change.match_id);
    const { byId } = gamesOf(held.matches);
    const due = dueMatches(held, diary);
    const findings: Finding[] = [];
    for (const id of due) {
      const first = (changes.get(id) ?? []).filter((change) => change.revision === 0);
      const match = byId.get(id);
      const wanted = match ? playedIn(match).flatMap((team) => team.playerIds) : [];
      if (
        !sameIds(
          wanted,
          first.map((change) => change.player_id),
        )
      )
        findings.push({
          subject: id,
          story: `match ${id} of ${wanted.length} players changed the ratings of ${first.length}`,
        });
    }
    for (const id of changes.keys())
      if (!due.has(id)) findings.push({ subject: id, story: `match ${id} was rated without a result` });
    return findings;
  },
};

const sameIds = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join() === [...others].sort().join();

/** Players' documents follow from the changes of their ratings, in the order of the ladder. */
export const ratingHistory: Check = {
  invariant: 5,
  find({ players, ratingChanges, givenRatings = [] }) {
    const byPlayer = Map.groupBy([...ratingChanges, ...givenRatings], (change) => change.player_id);
    const findings: Finding[] = [];
    for (const player of players) {
      const { _id: subject, profile } = player;
      const changes = byPlayer.get(subject) ?? [];
      const ladders = [...Map.groupBy(changes, (change) => change.ladder)];
      const games = ladders.reduce((sum, [, own]) => sum + gamesIn(own), 0);
      if (profile.games_played !== games)
        findings.push({
          subject,
          story: `player ${subject} played ${profile.games_played} games, rated were ${games}`,
        });
      for (const [ladder, own] of ladders)
        if (!isChain(player, ladder, own))
          findings.push({ subject, story: `the history of player ${subject} is broken` });
    }
    return findings;
  },
};

type Change = StoredRatingChange | StoredGivenRating;

/**
 * Matches that count for a player of a ladder: those rated since an operator gave them a rating, and what
 * that counts.
 */
function gamesIn(changes: readonly Change[]): number {
  const given = changes.filter((it) => !('match_id' in it)).sort((a, b) => b.after.version - a.after.version);
  const { version, games } = given[0]?.after ?? { version: 0, games: 0 };
  const matches = changes.flatMap((it) =>
    'match_id' in it && it.revision === 0 && it.after.version > version ? [it.match_id] : [],
  );
  return games + new Set(matches).size;
}

/**
 * Each change begins where the one before it ended, in the order of the ladder; a ladder rated again has two
 * histories.
 */
function isChain(player: StoredPlayer, ladder: string, changes: readonly Change[]): boolean {
  if (changes.some((change) => 'revision' in change && change.revision > 0)) return true;
  const chain = changes.toSorted((a, b) => a.after.version - b.after.version);
  const follows = ({ before: from, after: to }: Change, before: Change | undefined): boolean => {
    if (!before) return from.version === 0;
    // A season that began between them has moved the player once more.
    const seasons = to.season - before.after.season;
    const moved = from.version - before.after.version;
    return moved === 0
      ? from.mu === before.after.mu && before.after.at <= to.at
      : moved > 0 && moved <= seasons;
  };
  const last = chain.at(-1);
  const stored = named(player.ratings, ladder);
  return (
    chain.every(
      (change, at) => change.after.version === change.before.version + 1 && follows(change, chain[at - 1]),
    ) &&
    (stored?.mu === last?.after.mu || (stored?.season ?? 0) > (last?.after.season ?? 0))
  );
}
