import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import type { MatchDocument } from '../../jobs/ladder/ladder-document.ts';
import { rateOne } from '../../jobs/ladder/rate-one.ts';
import { type Rating, visibleRating } from '../../jobs/ladder/rating.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import { type MatchRecord, playedTeams } from '../records/match-record.ts';
import { documentOf } from '../records/rating-changes.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { findMatches, type MatchStores, playersOf, replacedResults, whyNot } from './find-matches.ts';
import {
  append,
  asStored,
  type Ladder,
  type LadderStores,
  meet,
  nextDocument,
  ratingIn,
  tellCache,
} from './ladder.ts';

export interface ResultStores extends LadderStores, MatchStores {
  readonly tracer: Tracer;
  /**
   * Called once per player and match that was rated on the default ladder, with the visible rating it led to.
   */
  readonly onRated: (playerId: string, rating: number) => void;
}

/**
 * What becomes of a result that arrived. `recorded`: it is in the chain. `elsewhere`: its match belongs to
 * that ladder. `waiting`: its match waits for its effect. `again`: something has changed meanwhile, so it is
 * looked at again.
 */
export type Fate =
  | 'recorded'
  | 'waiting'
  | 'again'
  | { readonly elsewhere: string }
  | { readonly refused: string };

/** Documents that come into the chain by one call. */
const atOnce = 200;

/**
 * Rates results in order. First each match takes its result: there the result and the match that it would go
 * on as exclude each other. Then its document comes into the chain. A result that comes again finds its
 * document there.
 */
export async function rateResults(
  ladder: Ladder,
  reported: readonly MatchResult[],
  stores: ResultStores,
): Promise<Fate[]> {
  const now = new Date();
  const { results, found, waiting } = await findMatches(reported, stores, now);
  for (const { _id, configuration, tickets } of found.values())
    serveTickets(stores.tracer, { matchId: _id, configuration, tickets });
  const [rated, replaced] = await Promise.all([
    // A match has its result before its document is there.
    stores.changes.byId(
      results.flatMap(({ matchId }) => (found.get(matchId)?.result ? [documentOf(matchId)] : [])),
    ),
    replacedResults([...found.values()], stores),
    meet(ladder, playersOf([...found.values()]), stores),
  ]);
  const accepted = new Map<string, MatchResult>();
  const known = results.map((result): Fate | undefined => {
    const { matchId } = result;
    const match = found.get(matchId);
    if (waiting.has(matchId)) return 'waiting';
    if (!match) return { refused: `matchId: there is no match ${matchId}` };
    if (match.ladder !== ladder.name) return { elsewhere: match.ladder };
    const problem = whyNot(match, result, [
      match.result,
      ...(replaced.get(matchId) ?? []),
      accepted.get(matchId),
    ]);
    if (problem) return { refused: problem };
    if (rated.has(documentOf(matchId))) return 'recorded';
    // A match that took a result before its rater died is rated by that.
    if (!accepted.has(matchId)) accepted.set(matchId, match.result ? { matchId, ...match.result } : result);
    return undefined;
  });

  const fates = await rateAccepted(ladder, [...accepted.values()], found, stores, now);
  const all = results.map(({ matchId }, index) => known[index] ?? fates.get(matchId) ?? 'again');
  // Whoever rated them before may have died before the cache knew.
  const before = results.flatMap(({ matchId }, index) =>
    known[index] === 'recorded' ? (found.get(matchId) ?? []) : [],
  );
  if (before.length > 0) await tellCache(ladder, playersOf(before), stores);
  return all;
}

async function rateAccepted(
  ladder: Ladder,
  accepted: readonly MatchResult[],
  found: ReadonlyMap<string, MatchRecord>,
  stores: ResultStores,
  now: Date,
): Promise<ReadonlyMap<string, Fate>> {
  const { refused, documents } = compute(ladder, accepted, found);
  const fates = new Map<string, Fate>([...refused].map(([id, why]) => [id, { refused: why }]));
  const finish = async (some: readonly MatchDocument[]): Promise<boolean> => {
    const fresh = some.filter((it) => !found.get(it.match_id)?.result);
    const results = fresh.map(({ match_id: matchId, result }) => ({ matchId, ...result }));
    return results.length === 0 || (await stores.matches.finish(results, now));
  };
  // While documents come into the chain, the matches of those behind them take their results.
  let finished = finish(documents.slice(0, atOnce));
  for (let at = 0; at < documents.length; at += atOnce) {
    // Some match has another result by now, or has gone on: what was computed after it is wrong.
    if (!(await finished)) break;
    const some = documents.slice(at, at + atOnce);
    finished = finish(documents.slice(at + atOnce, at + 2 * atOnce));
    // What it throws is seen when it is waited for.
    finished.catch(() => undefined);
    const { count, refused: why } = await append(ladder, some, stores);
    for (const { match_id: matchId, players } of some.slice(0, count)) {
      fates.set(matchId, 'recorded');
      if (ladder.name === defaultLadder)
        for (const { player_id: id, after } of players) stores.onRated(id, visibleRating(after));
    }
    const next = some[count];
    if (!next) continue;
    if (why !== undefined)
      fates.set(next.match_id, { refused: `matchId: the record refuses match ${next.match_id}: ${why}` });
    break;
  }
  await finished;
  return fates;
}

function compute(
  ladder: Ladder,
  results: readonly MatchResult[],
  found: ReadonlyMap<string, MatchRecord>,
): { refused: ReadonlyMap<string, string>; documents: readonly MatchDocument[] } {
  const { season, settingsAt: settings_at } = ladder.state;
  const current = new Map<string, Rating>();
  const refused = new Map<string, string>();
  const documents: MatchDocument[] = [];
  for (const { matchId, ...result } of results) {
    const match = found.get(matchId);
    if (!match) continue;
    const outcome = rateOne(
      { matchId, committedAt: match.now, teams: playedTeams(match), result },
      (id) => current.get(id) ?? ratingIn(ladder, id),
      ladder.state,
    );
    if (typeof outcome === 'string') {
      refused.set(matchId, outcome);
      continue;
    }
    const { moment, changes } = outcome;
    for (const { playerId, after } of changes) current.set(playerId, after);
    const event = {
      kind: 'match' as const,
      ...{ match_id: matchId, revision: 0, result, ladder_time: moment.at, season, settings_at },
    };
    documents.push(nextDocument(ladder, documents.length, event, changes.map(asStored), documentOf(matchId)));
  }
  return { refused, documents };
}
