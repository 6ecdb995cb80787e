import type { Collection, Db, Document, Filter } from 'mongodb';
import { named } from '../../jobs/by-name.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { dayOf } from '../../jobs/ticket/ticket-day.ts';
import { insertNew } from './insert-new.ts';
import type { PlayerRecord } from './players.ts';

/** Documents that one statement looks through: none runs for long, however much is on record. */
const pageLength = 5_000;

/**
 * Where a document has players: the field by which it is found, the place that is written, and what a
 * player's place there is called.
 */
type Place = readonly [field: string, place: string, element: string];

const ofChain: readonly Place[] = [
  ['players.player_id', 'players.$[it].player_id', 'it.player_id'],
  ['result.played.playerId', 'result.played.$[it].playerId', 'it.playerId'],
  ['replaced.played.playerId', 'replaced.played.$[it].playerId', 'it.playerId'],
];
const ofMatches: readonly Place[] = [
  ['tickets.players.playerId', 'tickets.$[].players.$[it].playerId', 'it.playerId'],
  ['teams.playerIds', 'teams.$[].playerIds.$[it]', 'it'],
  ['departed.playerIds', 'departed.$[].playerIds.$[it]', 'it'],
  ['left', 'left.$[it]', 'it'],
  ['result.played.playerId', 'result.played.$[it].playerId', 'it.playerId'],
];

/** A document of `erasures`: a player who is being erased, and how far that is. */
interface ErasureRecord {
  /** The player. */
  readonly _id: string;
  readonly pseudonym: string;
  /** Matches that name them otherwise by now. */
  readonly matches: number;
  /** The collection that is looked through, and up to which id that is done; absent before the first. */
  readonly at?: { readonly collection: string; readonly after: string };
}

export type Erasure = ReturnType<typeof openErasure>;

/**
 * Takes a player out of the record. Every step may be repeated. `perStep`: documents that one step looks
 * through.
 */
export function openErasure(db: Db, perStep = pageLength) {
  const players = db.collection<PlayerRecord>('players');
  const erasures = db.collection<ErasureRecord>('erasures');
  const changes = db.collection<LadderDocument>('rating_changes');

  /** Where players stand outside the chains, in the order in which they are looked through. */
  const places = async (): Promise<string[]> => {
    const all = await db.listCollections({}, { nameOnly: true }).toArray();
    const days = all.flatMap(({ name }) => (dayOf(name) === undefined ? [] : [name]));
    return ['matches', ...days.sort()];
  };

  return {
    /** The pseudonym that an erasure of the player has begun with, this one if it is the first. */
    async begin(playerId: string, pseudonym: string): Promise<string> {
      await insertNew(erasures, [{ _id: playerId, pseudonym, matches: 0 }]);
      return (await erasures.findOne({ _id: playerId }))?.pseudonym ?? pseudonym;
    },

    /** Ladders in whose chains the player is. */
    ladders: (playerId: string): Promise<string[]> =>
      changes.distinct('ladder', { 'players.player_id': playerId }),

    /**
     * Names the player otherwise in a ladder's chain and in the matches that it rated, and takes their rating
     * on it away.
     */
    async eraseFromLadder(ladder: string, playerId: string, pseudonym: string): Promise<void> {
      // What is renamed is not found again, so that whoever takes over goes on from there.
      for (let more = true; more; ) {
        const documents = await changes
          .find({ 'players.player_id': playerId, ladder, kind: 'match' }, { projection: { match_id: 1 } })
          .limit(perStep)
          .toArray();
        more = documents.length === perStep;
        const some = documents.flatMap((it) => ('match_id' in it ? [it.match_id] : []));
        await rename(db.collection('matches'), { _id: { $in: some } as never }, ofMatches, [
          playerId,
          pseudonym,
        ]);
        // What names them by their share of the match comes first: they are found by their place among the
        // players.
        await rename(changes as never, { ladder, match_id: { $in: some } }, ofChain.toReversed(), [
          playerId,
          pseudonym,
        ]);
      }
      await rename(changes as never, { ladder }, ofChain.slice(0, 1), [playerId, pseudonym]);
      const player = await players.findOne({ _id: playerId });
      const games = named(player?.ratings, ladder)?.games;
      if (games !== undefined)
        await players.updateOne(
          { _id: playerId, [`ratings.${ladder}.games`]: games },
          { $unset: { [`ratings.${ladder}`]: '' }, $inc: { 'profile.games_played': -games } },
        );
    },

    /**
     * Takes the player out of some more matches or tickets. Matches, and tickets that have one, name the
     * pseudonym from then on; other tickets are deleted. Returns out of how many matches they are so far, and
     * whether everything is looked through. A call after that begins anew.
     */
    async eraseSome(playerId: string, pseudonym: string): Promise<{ over: boolean; matches: number }> {
      const erasure = await erasures.findOne({ _id: playerId });
      const names = await places();
      // A day that was dropped meanwhile needs nothing: it goes on with the one behind it.
      const { collection: wanted = 'matches', after = '' } = erasure?.at ?? {};
      const name = names.find(
        (it) => it === wanted || (wanted !== 'matches' && it !== 'matches' && it > wanted),
      );
      const before = erasure?.matches ?? 0;
      if (name === undefined) return { over: true, matches: before };
      const collection = db.collection<Document & { _id: string }>(name);
      const from = name === wanted ? after : '';
      const [last] = await collection
        .find({ _id: { $gt: from } }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .skip(perStep - 1)
        .limit(1)
        .toArray();
      const range = { _id: { $gt: from, ...(last && { $lte: last._id }) } } as never;
      const matches = before + (await eraseFrom(collection as never, range, [playerId, pseudonym]));
      const next = names[names.indexOf(name) + 1];
      const at = last ? { collection: name, after: last._id } : next && { collection: next, after: '' };
      await erasures.updateOne(
        { _id: playerId },
        at ? { $set: { matches, at } } : { $set: { matches }, $unset: { at: '' } },
      );
      return { over: at === undefined, matches };
    },

    /**
     * Deletes a player's sessions, then the player, then the note of how far the erasure is. Returns the ids
     * of the sessions.
     */
    async forget(playerId: string): Promise<string[]> {
      const sessions = db.collection<{ _id: string; player_id: string }>('sessions');
      const ids = (await sessions.find({ player_id: playerId }, { projection: { _id: 1 } }).toArray()).map(
        (it) => it._id,
      );
      await sessions.deleteMany({ player_id: playerId });
      await players.deleteOne({ _id: playerId });
      await erasures.deleteOne({ _id: playerId });
      return ids;
    },
  };
}

/** Names a player otherwise in documents; returns how many. */
async function rename(
  collection: Collection<Document>,
  filter: Filter<Document>,
  places: readonly Place[],
  [playerId, pseudonym]: readonly [string, string],
): Promise<number> {
  let most = 0;
  for (const [field, place, element] of places) {
    const { matchedCount } = await collection.updateMany(
      { ...filter, [field]: playerId },
      { $set: { [place]: pseudonym } },
      { arrayFilters: [{ [element]: playerId }] },
    );
    most = Math.max(most, matchedCount);
  }
  return most;
}

/** Takes a player out of matches, or out of the tickets of a day. Returns out of how many matches. */
async function eraseFrom(
  collection: Collection<Document>,
  range: Filter<Document>,
  [playerId, pseudonym]: readonly [string, string],
): Promise<number> {
  if (dayOf(collection.collectionName) === undefined) {
    const matches = await rename(collection, range, ofMatches, [playerId, pseudonym]);
    await collection.updateMany(
      { ...range, 'corrections.replaced.played.playerId': playerId },
      { $unset: { corrections: '' } },
    );
    return matches;
  }
  await collection.deleteMany({ ...range, player_ids: playerId, match_id: { $exists: false } });
  await collection.updateMany({ ...range, player_ids: playerId }, { $unset: { players: '' } });
  await rename(collection, range, [['player_ids', 'player_ids.$[it]', 'it']], [playerId, pseudonym]);
  return 0;
}
