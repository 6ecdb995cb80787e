import { type Db, MongoBulkWriteError } from 'mongodb';
import type { CorrectionDocument, LadderDocument, MatchDocument } from '../../jobs/ladder/ladder-document.ts';
import { mostRecomputed } from '../../jobs/rating-update/jobs.ts';
import { duplicateKey, reasonRefused } from './write-each.ts';

/**
 * What became of documents that were to follow in a ladder, in order: the first so many are there, and why
 * the next is not.
 */
export interface Appended {
  readonly count: number;
  /** `taken`: another rater has written that ordinal, or the document is there under another one. */
  readonly stopped?: 'taken' | { readonly refused: string };
}

/** The id of a match's document, or of the one that a correction, by its ordinal, has added. */
export const documentOf = (matchId: string, revision = 0): string =>
  revision === 0 ? `match/${matchId}` : `match/${matchId}/${revision}`;

/** The id of the document by which an operator's command came into the chain. */
export const documentOfCommand = (commandId: string): string => `command/${commandId}`;

export type RatingChanges = ReturnType<typeof openRatingChanges>;

/** The documents of all ladders: for each a chain that only grows. */
export function openRatingChanges(db: Db) {
  const documents = db.collection<LadderDocument>('rating_changes');

  /** Appends to a ladder, in order, up to the first that cannot follow. */
  const append = async (wanted: readonly LadderDocument[]): Promise<Appended> => {
    if (wanted.length === 0) return { count: 0 };
    try {
      await documents.insertMany([...wanted], { ordered: true });
      return { count: wanted.length };
    } catch (error) {
      const [failure] = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
      if (failure?.code === duplicateKey) return { count: failure.index, stopped: 'taken' };
      const refused = reasonRefused(error);
      if (refused === undefined) throw error;
      if (failure || wanted.length === 1) return { count: failure?.index ?? 0, stopped: { refused } };
      // The whole call was refused for what one of them contains: none is there.
      const middle = Math.ceil(wanted.length / 2);
      const first = await append(wanted.slice(0, middle));
      if (first.stopped) return first;
      const second = await append(wanted.slice(middle));
      return { ...second, count: middle + second.count };
    }
  };

  return {
    append,

    /** A ladder's documents after an ordinal, in order, at most so many. */
    after: (ladder: string, ordinal: number, most: number): Promise<LadderDocument[]> =>
      documents
        .find({ ladder, ordinal: { $gt: ordinal } }, { batchSize: most + 1 })
        .sort({ ordinal: 1 })
        .limit(most)
        .toArray(),

    /** The ordinal of a ladder's last document; 0 where it has none. */
    async last(ladder: string): Promise<number> {
      const found = await documents.findOne(
        { ladder },
        { sort: { ordinal: -1 }, projection: { ordinal: 1 } },
      );
      return found?.ordinal ?? 0;
    },

    /** Documents by id. */
    async byId(ids: readonly string[]): Promise<Map<string, LadderDocument>> {
      if (ids.length === 0) return new Map();
      const found = await documents.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray();
      return new Map(found.map((document) => [document._id, document]));
    },

    /** A ladder's document of an ordinal. */
    at: (ladder: string, ordinal: number): Promise<LadderDocument | null> =>
      documents.findOne({ ladder, ordinal }),

    /** Per match the last document in which it was rated. */
    async latest(matchIds: readonly string[]): Promise<Map<string, MatchDocument>> {
      const found = await documents
        .find({ match_id: { $in: [...matchIds] }, kind: 'match' }, { batchSize: 10_000 })
        .sort({ ordinal: 1 })
        .toArray();
      return new Map((found as MatchDocument[]).map((it) => [it.match_id, it]));
    },

    /**
     * The last documents of a ladder that changed a player, the newest first, each with that player alone.
     */
    ofPlayer: (playerId: string, ladder: string, most: number): Promise<LadderDocument[]> =>
      documents
        .find({ 'players.player_id': playerId, ladder }, { batchSize: most + 1 })
        .project<LadderDocument>({
          ...{ ladder: 1, ordinal: 1, written_at: 1, kind: 1, match_id: 1, revision: 1, season: 1 },
          ...{ correction: 1, by: 1, reason: 1, players: { $elemMatch: { player_id: playerId } } },
        })
        .sort({ ordinal: -1 })
        .limit(most)
        .toArray(),

    /**
     * How many matches a ladder has rated from an ordinal on, counted a little further than may be rated
     * again.
     */
    matchesFrom: (ladder: string, ordinal: number): Promise<number> =>
      documents.countDocuments(
        { ladder, ordinal: { $gte: ordinal }, kind: 'match', revision: 0 },
        { limit: mostRecomputed + 1 },
      ),

    /** Corrections of matches, by match, the first first. */
    async corrections(matchIds: readonly string[]): Promise<Map<string, CorrectionDocument[]>> {
      const found = await documents
        .find({ match_id: { $in: [...matchIds] }, kind: 'correction' }, { batchSize: 1_000 })
        .sort({ ordinal: 1 })
        .toArray();
      return Map.groupBy(found as CorrectionDocument[], (it) => it.match_id);
    },
  };
}
