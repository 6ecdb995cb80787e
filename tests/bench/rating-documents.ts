import type { AnyBulkWriteOperation } from 'mongodb';
import { chance } from '../../infra/local/demo/random.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import { type PlayedMatch, type RatedMatch, rateInOrder } from '../../jobs/rating-update/rate-in-order.ts';
import { type Rating, visibleRating } from '../../jobs/rating-update/rating.ts';
import type { MatchResult } from '../../jobs/rating-update/result.ts';
import type { Database } from '../../workers/records/database.ts';

export interface BenchMatch {
  readonly match: CommittedMatch;
  readonly result: MatchResult;
  readonly played: PlayedMatch;
}

/** Matches of 5 against 5, their players drawn at random: the same ones each time. */
export function makeMatches(count: number, players: number): BenchMatch[] {
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
        ladder: 'default',
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

/** Matches a second when the documents a rating writes, worked out beforehand, are written in bulk and nothing else is done. */
export async function measureBare({ db }: Database, all: readonly BenchMatch[]): Promise<number> {
  const ratings = new Map<string, Rating>();
  const batches = inBatches(all, 50).map((batch) => {
    const rated = rateInOrder(
      batch.map((it) => it.played),
      (id) => ratings.get(id),
      { season: 0, settings: defaultSettings },
    );
    for (const { playerId, after } of rated.flatMap((it) => it.changes)) ratings.set(playerId, after);
    return operationsOf(rated);
  });
  const start = performance.now();
  for (const [collection, operations] of batches.flat())
    await db.collection<{ _id: string }>(collection).bulkWrite(operations, { ordered: false });
  return Math.round((all.length / (performance.now() - start)) * 1_000);
}

type Operations = AnyBulkWriteOperation<{ _id: string }>[];

function operationsOf(rated: readonly RatedMatch[]): [string, Operations][] {
  const at = new Date();
  const changes = rated.flatMap(({ match, changes: own }) => own.map((change) => ({ match, ...change })));
  const latest = new Map(changes.map(({ playerId, after }) => [playerId, after]));
  const players = [...latest].map(([_id, rating]) => ({
    updateOne: {
      filter: { _id },
      update: {
        $set: { 'ratings.default': rating, 'profile.current_rating': visibleRating(rating) },
        $inc: { 'profile.games_played': changes.filter((it) => it.playerId === _id).length },
        $setOnInsert: { cognito_id: _id, 'profile.created_at': at },
      },
      upsert: true,
    },
  }));
  const inserts = changes.map(({ match, playerId, before, after }) => ({
    insertOne: {
      document: {
        _id: `default/${match.matchId}/${playerId}/0`,
        ladder: 'default',
        match_id: match.matchId,
        player_id: playerId,
        revision: 0,
        before,
        after,
        current_rating: visibleRating(after),
        at,
      },
    },
  }));
  const matches = rated.map(({ match, moment }) => ({
    updateOne: {
      filter: { _id: match.matchId },
      update: { $set: { result: match.result, rated_at: at, ladder_time: moment.at, season: moment.season } },
    },
  }));
  return [
    ['players', players as unknown as Operations],
    ['rating_changes', inserts as unknown as Operations],
    ['matches', matches as unknown as Operations],
  ];
}
