import type { StoredMatch } from './snapshot.ts';

/** Players by the match in which they sit and have not left. */
export function presentIn({ teams, left = [] }: StoredMatch): string[] {
  return teams.flatMap((team) => team.playerIds).filter((id) => !left.includes(id));
}

/** Everybody who played in a match, by team: who is in it, and who left before it was backfilled. */
export function playedIn({ teams, departed = [] }: StoredMatch): StoredMatch['teams'] {
  return teams.map(({ name, playerIds }) => ({
    name,
    playerIds: [...playerIds, ...(departed.find((team) => team.name === name)?.playerIds ?? [])],
  }));
}

export interface Games {
  readonly byId: ReadonlyMap<string, StoredMatch>;
  /** The match that a match goes on as in the end; itself where it went on as none. */
  readonly last: (matchId: string) => StoredMatch | undefined;
  /** A match and all that it went on as, in order. */
  readonly chain: (matchId: string) => StoredMatch[];
  /**
   * Whether a match is played: nobody reported its result, and it has not gone on as another that is on
   * record as played.
   */
  readonly isLive: (match: StoredMatch) => boolean;
}

/** Matches as games: one that is backfilled goes on under another id. */
export function gamesOf(matches: readonly StoredMatch[]): Games {
  const byId = new Map(matches.map((match) => [match._id, match]));
  const chain = (matchId: string): StoredMatch[] => {
    const found: StoredMatch[] = [];
    for (let match = byId.get(matchId); match && !found.includes(match); ) {
      found.push(match);
      match = byId.get(match.succeeded_by ?? '');
    }
    return found;
  };
  const isLive = ({ status, result, succeeded_by = '' }: StoredMatch): boolean =>
    status === 'COMPLETED' && result === undefined && byId.get(succeeded_by)?.status !== 'COMPLETED';
  return { byId, chain, isLive, last: (matchId) => chain(matchId).at(-1) };
}
