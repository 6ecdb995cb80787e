import { defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { LadderDocument, MatchDocument, Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { rateOne } from '../../jobs/ladder/rate-one.ts';
import { inSeason, newcomer, type Rating } from '../../jobs/ladder/rating.ts';
import { sameResult } from '../../jobs/ladder/result.ts';
import { type CorrectResult, mostRecomputed, recomputeStep } from '../../jobs/rating-update/jobs.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import { type MatchRecord, playedTeams } from '../records/match-record.ts';
import { documentOf } from '../records/rating-changes.ts';
import { findMatches, type MatchStores, whyNot } from './find-matches.ts';
import {
  append,
  appendOne,
  asStored,
  type Ladder,
  type LadderStores,
  meet,
  nextDocument,
  ratingIn,
} from './ladder.ts';

export type CorrectionStores = LadderStores & MatchStores;

/** Players that one document moves at most: a document has room for several times as many. */
const playersAtOnce = 5_000;

/**
 * Puts a correction into the chain. What it reaches is rated again by `recompute`, before anything else of
 * the ladder.
 */
export async function correct(
  ladder: Ladder,
  { item, by, _id }: { readonly item: CorrectResult; readonly by: string; readonly _id: string },
  stores: CorrectionStores,
): Promise<LadderVerdict> {
  const { results, found } = await findMatches([item.result], stores, new Date());
  const wanted = results[0] ?? item.result;
  const { matchId, ...result } = wanted;
  const match = found.get(matchId);
  if (!match) return { refused: `matchId: there is no match ${matchId}` };
  const first = (await stores.changes.byId([documentOf(matchId)])).get(documentOf(matchId));
  if (!match.result || !first || first.ladder !== ladder.name)
    return { refused: `matchId: match ${matchId} has no result yet; report it instead` };
  const mismatch = whyNot(match, wanted, []);
  if (mismatch) return { refused: mismatch };
  if (sameResult(match.result, result)) return { result: { matches: 0, revision: ladder.state.ordinal } };
  const matches = await stores.changes.matchesFrom(ladder.name, first.ordinal);
  if (matches > mostRecomputed)
    return {
      refused: `matchId: ladder ${ladder.name} has rated more than ${mostRecomputed} matches since ${matchId}; a correction that far back is not possible`,
    };
  const { reason } = item;
  const event = {
    kind: 'correction' as const,
    ...{ match_id: matchId, result, replaced: match.result, by, reason, from: first.ordinal, matches },
  };
  const document = nextDocument(ladder, 0, event, [], _id);
  await appendOne(ladder, document, stores);
  return { result: { matches, revision: document.ordinal } };
}

/**
 * One step of what a correction makes necessary: goes through some of the ladder's documents from the
 * corrected match on and rates again those matches in which somebody plays whose rating is another by then. A
 * match that a rater before has rated again is gone by, so that whoever takes over goes on from there.
 */
export async function recompute(
  ladder: Ladder,
  unfinished: Extract<Unfinished, { kind: 'correction' }>,
  stores: CorrectionStores,
): Promise<void> {
  const { ordinal: correction, from } = unfinished;
  const { name } = ladder;
  if (ladder.redone?.correction !== correction) {
    await storeResult(ladder, correction, stores);
    ladder.redone = { correction, through: from - 1, ratings: new Map() };
  }
  const page = await stores.changes.after(name, ladder.redone.through, recomputeStep);
  const documents = page.filter((it) => it.ordinal < correction);
  if (documents.length === 0) return close(ladder, correction, ladder.redone.ratings, stores);
  const redo = await openRedo(ladder, documents, unfinished, ladder.redone.ratings, stores);
  for (const document of documents) redo.go(document);
  await append(ladder, redo.written, stores);
  ladder.redone.through = documents.at(-1)?.ordinal ?? correction;
}

/** The match shows its new result before others are rated by it. */
async function storeResult(
  { name }: Ladder,
  ordinal: number,
  { changes, matches }: CorrectionStores,
): Promise<void> {
  const document = await changes.at(name, ordinal);
  if (document?.kind !== 'correction') throw new Error(`ladder ${name} has no correction ${ordinal}`);
  const { match_id, result, replaced, by, reason, written_at } = document;
  await matches.correct(match_id, result, {
    ...{ replaced, revision: ordinal, by, reason },
    at: new Date(written_at),
  });
}

/**
 * Rates documents again, one after the other; `ratings` are those that are other than they were, as of the
 * one before.
 */
async function openRedo(
  ladder: Ladder,
  documents: readonly LadderDocument[],
  { ordinal: correction, matchId: corrected }: Extract<Unfinished, { kind: 'correction' }>,
  ratings: Map<string, Rating>,
  stores: CorrectionStores,
) {
  const firsts = documents.filter((it): it is MatchDocument => it.kind === 'match' && it.revision === 0);
  const ids = firsts.map((it) => it.match_id);
  const [found, latest] = [await stores.matches.find(ids), await stores.changes.latest(ids)];
  await meet(
    ladder,
    firsts.flatMap((it) => it.players.map((player) => player.player_id)),
    stores,
  );
  const settingsOf = await readSettings(ladder.name, documents, stores);
  const written: MatchDocument[] = [];
  const current = new Map<string, Rating>();

  const rateAgain = (first: MatchDocument, last: MatchDocument, match: MatchRecord): void => {
    const before = new Map(last.players.map((it) => [it.player_id, it.before]));
    const { result } = match;
    const outcome = rateOne(
      {
        ...{ matchId: match._id, committedAt: match.now, teams: playedTeams(match) },
        result: result ?? first.result,
        moment: { at: first.ladder_time, season: first.season },
      },
      (id) => {
        const rating = ratings.get(id) ?? before.get(id) ?? newcomer;
        // Its version goes on from the current one, so that record and cache take what comes.
        return { ...rating, version: (current.get(id) ?? ratingIn(ladder, id))?.version ?? 0 };
      },
      { season: first.season, settings: settingsOf(first.settings_at) },
    );
    // It stays as it was: a ladder that waits for this for ever would be worse.
    if (typeof outcome === 'string') return;
    for (const { playerId, after } of outcome.changes) {
      current.set(playerId, after);
      ratings.set(playerId, after);
    }
    const { _id, ordinal, written_at, players, ...event } = first;
    written.push(
      nextDocument(
        ladder,
        written.length,
        { ...event, revision: correction, result: result ?? first.result },
        outcome.changes.map(asStored),
        documentOf(match._id, correction),
      ),
    );
  };

  return {
    written,
    go(document: LadderDocument): void {
      if (document.kind === 'brought-forward') {
        for (const { player_id: id } of document.players) {
          const rating = ratings.get(id);
          if (rating) ratings.set(id, inSeason(rating, document.season, settingsOf(document.settings_at)));
        }
      }
      if (document.kind === 'given')
        for (const { player_id: id, after } of document.players) if (ratings.has(id)) ratings.set(id, after);
      if (document.kind !== 'match' || document.revision > 0) return;
      const [match, last] = [found.get(document.match_id), latest.get(document.match_id)];
      if (!match || !last) throw new Error(`match ${document.match_id} is rated and not on record`);
      if (last.revision === correction)
        for (const { player_id: id, after } of last.players) ratings.set(id, after);
      else if (document.match_id === corrected || document.players.some((it) => ratings.has(it.player_id)))
        rateAgain(document, last, match);
    },
  };
}

/** The settings that held at documents, by the ordinal that gave them. */
async function readSettings(
  ladder: string,
  documents: readonly LadderDocument[],
  { changes }: Pick<LadderStores, 'changes'>,
): Promise<(ordinal: number) => LadderSettings> {
  const ordinals = new Set(documents.flatMap((it) => ('settings_at' in it ? [it.settings_at] : [])));
  const known = new Map<number, LadderSettings>([[0, defaultSettings]]);
  for (const ordinal of ordinals) {
    if (known.has(ordinal)) continue;
    const document = await changes.at(ladder, ordinal);
    if (document?.kind !== 'settings') throw new Error(`ladder ${ladder} has no settings ${ordinal}`);
    known.set(ordinal, document.settings);
  }
  return (ordinal) => known.get(ordinal) ?? defaultSettings;
}

/** The correction is over. Whoever has not played since a season began is brought into it here. */
async function close(
  ladder: Ladder,
  correction: number,
  ratings: ReadonlyMap<string, Rating>,
  stores: LadderStores,
): Promise<void> {
  await meet(ladder, [...ratings.keys()], stores);
  const changes = [...ratings].flatMap(([player_id, rating]) => {
    const before = ratingIn(ladder, player_id);
    if (!before || isSame(before, rating)) return [];
    return [{ player_id, before, after: { ...rating, version: before.version + 1 } }];
  });
  for (let from = 0; from === 0 || from < changes.length; from += playersAtOnce) {
    const more = from + playersAtOnce < changes.length;
    const event = { kind: 'corrected' as const, correction, ...(more && { more: true as const }) };
    await appendOne(
      ladder,
      nextDocument(ladder, 0, event, changes.slice(from, from + playersAtOnce)),
      stores,
    );
  }
  delete ladder.redone;
}

const isSame = (one: Rating, other: Rating): boolean =>
  one.mu === other.mu &&
  one.sigma === other.sigma &&
  one.games === other.games &&
  one.at === other.at &&
  one.season === other.season;
