import { chance } from '../../infra/local/demo/random.ts';
import { defaultLadder, defaultSettings } from '../../jobs/ladder/ladder.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import type { PlayedMatch } from '../../jobs/ladder/rate-one.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Database } from '../../workers/records/database.ts';
import { rateInOrder } from '../support/rate-in-order.ts';

export interface BenchMatch {
  readonly match: CommittedMatch;
  readonly result: MatchResult;
  readonly played: PlayedMatch;
}

/** Names of so many ladders. */
export const ladderNames = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => (n === 0 ? defaultLadder : `ladder-${n}`));

/**
 * Matches of 5 against 5, their players drawn at random: the same ones each time. They are on so many ladders
 * in turn.
 */
export function makeMatches(count: number, players: number, ladders = 1): BenchMatch[] {
  const names = ladderNames(ladders);
  const random = chance(1);
  return Array.from({ length: count }, (_, n) => {
    const drawn = new Set<string>();
    while (drawn.size < 10) drawn.add(`player-${Math.floor(random.uniform() * players)}`);
    const ids = [...drawn];
    const teams = [
      { name: 'red', playerIds: ids.slice(0, 5) },
      { name: 'blue', playerIds: ids.slice(5) },
    ];
    const outcome = teams.map(({ name }) => ({ name, score: Math.floor(random.uniform() * 16) }));
    const matchId = `match-${n}`;
    return {
      match: {
        matchId,
        configuration: 'bench',
        ladder: names[n % ladders] ?? defaultLadder,
        ruleSet: { name: 'bench', version: 1 },
        now: n,
        asOf: n,
        seed: n,
        tickets: [],
        teams,
      },
      result: { matchId, teams: outcome },
      played: { matchId, committedAt: n, teams, result: { teams: outcome } },
    };
  });
}

export function inBatches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}

/**
 * Inserts the documents of rated matches in order and does nothing else; the documents are made before.
 * Ladders are inserted side by side. Returns matches a second.
 */
export async function measureBare({ db }: Database, all: readonly BenchMatch[]): Promise<number> {
  const collection = db.collection<LadderDocument>('rating_changes');
  const ladders = [...Map.groupBy(all, ({ match }) => match.ladder)].map(([ladder, matches]) =>
    inBatches(documentsOf(ladder, matches), 200),
  );
  const start = performance.now();
  await Promise.all(
    ladders.map(async (batches) => {
      for (const batch of batches) await collection.insertMany(batch, { ordered: true });
    }),
  );
  return Math.round((all.length / (performance.now() - start)) * 1_000);
}

function documentsOf(ladder: string, matches: readonly BenchMatch[]): LadderDocument[] {
  const rated = rateInOrder(
    matches.map((it) => it.played),
    () => undefined,
    { season: 0, settings: defaultSettings },
  );
  return rated.map(({ match, moment, changes }, index) => ({
    ...{ _id: `match/${match.matchId}`, ladder, ordinal: index + 1, written_at: 0 },
    ...{ kind: 'match', match_id: match.matchId, revision: 0, result: match.result },
    ...{ ladder_time: moment.at, season: moment.season, settings_at: 0 },
    players: changes.map(({ playerId, before, after }) => ({ player_id: playerId, before, after })),
  }));
}
