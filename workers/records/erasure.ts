import type { Collection, Db, Document, Filter } from 'mongodb';
import { named } from '../../jobs/by-name.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { dayOf } from '../../jobs/ticket/ticket-day.ts';
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

export type Erasure = ReturnType<typeof openErasure>;

/** Takes a player out of the record. Every step may be repeated. */
export function openErasure(db: Db) {
  const players = db.collection<PlayerRecord & { readonly erased_as?: string }>('players');
  const changes = db.collection<LadderDocument>('rating_changes');

  const rename = async (
    collection: Collection<Document>,
    filter: Filter<Document>,
    places: readonly Place[],
    [playerId, pseudonym]: readonly [string, string],
  ): Promise<number> => {
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
  };

  /** Ranges of ids that cover a collection. */
  async function* ranges(collection: Collection<Document>): AsyncGenerator<Filter<Document>> {
    for (let from: unknown = ''; ; ) {
      const [last] = await collection
        .find({ _id: { $gt: from } as never }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .skip(pageLength - 1)
        .limit(1)
        .toArray();
      yield { _id: { $gt: from, ...(last && { $lte: last._id }) } as never };
      if (!last) return;
      from = last._id;
    }
  }

  return {
    /** The pseudonym that an erasure of the player has begun with, this one if it is the first. */
    async begin(playerId: string, pseudonym: string): Promise<string> {
      await players.updateOne(
        { _id: playerId, erased_as: { $exists: false } },
        { $set: { erased_as: pseudonym } },
      );
      return (await players.findOne({ _id: playerId }))?.erased_as ?? pseudonym;
    },

    /** Ladders in whose chains the player is. */
    ladders: (playerId: string): Promise<string[]> =>
      changes.distinct('ladder', { 'players.player_id': playerId }),

    /**
     * Names the player otherwise in a ladder's chain and in the matches that it rated, and takes their rating
     * on it away.
     */
    async eraseFromLadder(ladder: string, playerId: string, pseudonym: string): Promise<void> {
      const documents = await changes
        .find({ 'players.player_id': playerId, ladder }, { projection: { match_id: 1 } })
        .toArray();
      const matchIds = documents.flatMap((it) => ('match_id' in it ? [it.match_id] : []));
      for (let at = 0; at < matchIds.length; at += pageLength) {
        const some = matchIds.slice(at, at + pageLength);
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
     * Names the player otherwise in matches and in the tickets that they claimed; other tickets of theirs go.
     * Returns how many matches.
     */
    async eraseFromMatches(playerId: string, pseudonym: string): Promise<number> {
      let matches = 0;
      const stored = db.collection<Document>('matches');
      for await (const range of ranges(stored)) {
        matches += await rename(stored, range, ofMatches, [playerId, pseudonym]);
        await stored.updateMany(
          { ...range, 'corrections.replaced.played.playerId': playerId },
          { $unset: { corrections: '' } },
        );
      }
      for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
        if (dayOf(name) === undefined) continue;
        const day = db.collection<Document>(name);
        for await (const range of ranges(day)) {
          await day.deleteMany({ ...range, player_ids: playerId, match_id: { $exists: false } });
          await day.updateMany({ ...range, player_ids: playerId }, { $unset: { players: '' } });
          await rename(day, range, [['player_ids', 'player_ids.$[it]', 'it']], [playerId, pseudonym]);
        }
      }
      return matches;
    },

    /** Deletes a player's sessions and then the player. Returns the ids of the sessions. */
    async forget(playerId: string): Promise<string[]> {
      const sessions = db.collection<{ _id: string; player_id: string }>('sessions');
      const ids = (await sessions.find({ player_id: playerId }, { projection: { _id: 1 } }).toArray()).map(
        (it) => it._id,
      );
      await sessions.deleteMany({ player_id: playerId });
      await players.deleteOne({ _id: playerId });
      return ids;
    },
  };
}
