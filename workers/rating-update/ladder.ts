import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import {
  following,
  type LadderDocument,
  type LadderEvent,
  type LadderState,
  type PlayerChange,
} from '../../jobs/ladder/ladder-document.ts';
import type { RatingChange } from '../../jobs/ladder/rate-one.ts';
import { type Rating, visibleRating } from '../../jobs/ladder/rating.ts';
import type { Erasure } from '../records/erasure.ts';
import { type Ladders, stateOf } from '../records/ladders.ts';
import { type PlayerRecord, type Players, ratingOn } from '../records/players.ts';
import type { RatingChanges } from '../records/rating-changes.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface LadderStores {
  readonly ladders: Ladders;
  readonly changes: RatingChanges;
  readonly erasure: Erasure;
  readonly players: Players;
  readonly cache: SessionCache;
}

/** A player as the rater knows them. */
interface Standing {
  /** As of the ladder's last document; absent for a newcomer. */
  readonly rating: Rating | undefined;
  /** What `players` has. */
  readonly stored: Rating | undefined;
}

/**
 * A ladder in a rater's memory, as of its last document. It is a copy: to append tells whether it was up to
 * date, and a copy that was not is dropped.
 */
export interface Ladder {
  readonly name: string;
  state: LadderState;
  /** Ordinal up to which players are written. */
  flushed: number;
  /** The player used last comes last. */
  readonly players: Map<string, Standing>;
  /** Players whose rating is not in `players` yet. */
  dirty: Set<string>;
  /**
   * How far the correction of that ordinal was followed: the last document looked at, and who has another
   * rating by then.
   */
  redone?: { readonly correction: number; through: number; readonly ratings: Map<string, Rating> };
}

/** Another rater has appended to the ladder: what this one remembers of it is old. */
export class LadderTaken extends Error {}

const pageLength = 500;

/** Reads a ladder: as it was last written, and what came into its chain since. */
export async function loadLadder(name: string, stores: LadderStores): Promise<Ladder> {
  const record = (await stores.ladders.read([name])).get(name);
  if (!record) throw new Error(`could not read ladder ${name}`);
  const ladder: Ladder = {
    ...{ name, state: stateOf(record), flushed: record.flushed },
    ...{ players: new Map(), dirty: new Set() },
  };
  for (let more = true; more; ) {
    const page = await stores.changes.after(name, ladder.state.ordinal, pageLength);
    for (const document of page) take(ladder, document);
    more = page.length === pageLength;
  }
  const replayed = new Map(ladder.players);
  ladder.players.clear();
  await meet(ladder, [...replayed.keys()], stores);
  for (const [id, { rating }] of replayed) {
    const stored = ladder.players.get(id)?.stored;
    if (!rating || (stored && stored.version >= rating.version)) ladder.dirty.delete(id);
    else ladder.players.set(id, { rating, stored });
  }
  return ladder;
}

/** Makes sure that the ladder knows these players. */
export async function meet(
  ladder: Ladder,
  playerIds: readonly string[],
  { players }: Pick<LadderStores, 'players'>,
): Promise<void> {
  const missing: string[] = [];
  for (const id of new Set(playerIds)) {
    const known = ladder.players.get(id);
    ladder.players.delete(id);
    if (known) ladder.players.set(id, known);
    else missing.push(id);
  }
  const found = missing.length > 0 ? await players.find(missing) : new Map<string, PlayerRecord>();
  for (const id of missing) know(ladder, id, found.get(id));
}

/** The player is on record so; `undefined` where they are not. */
export function know(ladder: Ladder, playerId: string, record: PlayerRecord | undefined): void {
  const stored = ratingOn(record, ladder.name);
  ladder.players.set(playerId, { rating: stored, stored });
}

export const ratingIn = (ladder: Ladder, playerId: string): Rating | undefined =>
  ladder.players.get(playerId)?.rating;

/** A document that is to come next, after `ahead` others. Without an `_id` it comes from no arrival. */
export function nextDocument<Event extends LadderEvent>(
  { name, state }: Ladder,
  ahead: number,
  event: Event,
  players: readonly PlayerChange[] = [],
  _id?: string,
) {
  const ordinal = state.ordinal + ahead + 1;
  const shared = { _id: _id ?? `${name}/${ordinal}`, ladder: name, ordinal, written_at: Date.now() };
  return { ...shared, ...event, players };
}

export const asStored = ({ playerId, before, after }: RatingChange): PlayerChange => ({
  player_id: playerId,
  before,
  after,
});

/**
 * Appends documents to the ladder's chain, then to what is remembered of it, and tells the session cache.
 * Returns how many are there, and why the record refuses the next if it does. Throws LadderTaken when another
 * rater was faster.
 */
export async function append(
  ladder: Ladder,
  documents: readonly LadderDocument[],
  stores: LadderStores,
): Promise<{ count: number; refused?: string }> {
  const { count, stopped } = await stores.changes.append(documents);
  const there = documents.slice(0, count);
  for (const document of there) take(ladder, document);
  if (stopped === 'taken') throw new LadderTaken(`another rater has appended to ladder ${ladder.name}`);
  const players = there.flatMap((it) => it.players.map((player) => player.player_id));
  await tellCache(ladder, players, stores);
  return stopped ? { count, refused: stopped.refused } : { count };
}

/** Appends one document, which must not be refused. */
export async function appendOne(
  ladder: Ladder,
  document: LadderDocument,
  stores: LadderStores,
): Promise<void> {
  const { refused } = await append(ladder, [document], stores);
  if (refused !== undefined)
    throw new Error(`could not append document ${document.ordinal} to ladder ${ladder.name}: ${refused}`);
}

/** Tells the session cache the visible ratings of players, as the ladder knows them. */
export async function tellCache(
  ladder: Ladder,
  playerIds: readonly string[],
  { cache }: Pick<LadderStores, 'cache'>,
): Promise<void> {
  if (ladder.name !== defaultLadder) return;
  await cache.putRatings(
    [...new Set(playerIds)].flatMap((playerId) => {
      const rating = ratingIn(ladder, playerId);
      return rating ? [{ playerId, rating: visibleRating(rating), version: rating.version }] : [];
    }),
  );
}

function take(ladder: Ladder, document: LadderDocument): void {
  ladder.state = following(ladder.state, document);
  for (const { player_id: id, after } of document.players) {
    ladder.players.set(id, { rating: after, stored: ladder.players.get(id)?.stored });
    ladder.dirty.add(id);
  }
}
