import { defaultSettings, type LadderSettings } from './ladder.ts';
import type { Rating } from './rating.ts';
import type { StoredResult } from './result.ts';

/** What a document did to one player. */
export interface PlayerChange {
  readonly player_id: string;
  readonly before: Rating;
  readonly after: Rating;
}

interface InChain {
  /** Tells what it came from, so that this comes into the chain once: a match, or an operator's command. */
  readonly _id: string;
  readonly ladder: string;
  /**
   * From 1; unique in the ladder. Of two raters that write the same one the second has read an older chain.
   */
  readonly ordinal: number;
  /** Ms since 1970. */
  readonly written_at: number;
  readonly players: readonly PlayerChange[];
}

/** A match was rated. */
interface MatchEvent {
  readonly kind: 'match';
  readonly match_id: string;
  /** 0, or the ordinal of the correction for which it was rated again. */
  readonly revision: number;
  readonly result: StoredResult;
  readonly ladder_time: number;
  readonly season: number;
  /** Ordinal of the settings that it was rated by; 0 for the default. */
  readonly settings_at: number;
}

/** A result was replaced. */
interface CorrectionEvent {
  readonly kind: 'correction';
  readonly match_id: string;
  readonly result: StoredResult;
  readonly replaced: StoredResult;
  readonly by: string;
  readonly reason: string;
  /** Ordinal of the match when it was first rated. */
  readonly from: number;
  /** Matches rated since, itself included. */
  readonly matches: number;
}

export type LadderEvent =
  | MatchEvent
  | CorrectionEvent
  /**
   * All that the correction of this ordinal reaches has been rated again; unless there are `more` players to
   * move.
   */
  | { readonly kind: 'corrected'; readonly correction: number; readonly more?: true }
  | { readonly kind: 'season'; readonly season: number; readonly by: string }
  /** Players up to `last`, in order of id, are in the season; without it, all. */
  | {
      readonly kind: 'brought-forward';
      readonly season: number;
      readonly settings_at: number;
      readonly last?: string;
    }
  | {
      readonly kind: 'settings';
      readonly settings: LadderSettings;
      readonly replaced: LadderSettings;
      readonly by: string;
    }
  /** The ladder was deleted: what follows is of a new one. */
  | { readonly kind: 'deleted'; readonly replaced: LadderSettings; readonly by: string }
  /** A player was erased: the documents before it have the pseudonym in their place. */
  | { readonly kind: 'erased'; readonly pseudonym: string; readonly by: string }
  /** An operator gave players ratings; `import`: the import that it is a part of. */
  | {
      readonly kind: 'given';
      readonly by: string;
      readonly reason?: string;
      readonly import?: { readonly id: string; readonly part: number; readonly run: string };
    };

/**
 * A document of `rating_changes`. All of one ladder are a chain: each has the next ordinal, and none is
 * changed. A ladder is what its documents make of it, in order.
 */
export type LadderDocument = InChain & LadderEvent;
export type MatchDocument = InChain & MatchEvent;
export type CorrectionDocument = InChain & CorrectionEvent;

/** What is under way on a ladder: its next document goes on with it, and results wait. */
export type Unfinished =
  /** `matches`: rated again so far. */
  | {
      readonly kind: 'correction';
      readonly ordinal: number;
      readonly matchId: string;
      readonly from: number;
      readonly matches: number;
    }
  /** Players up to `after` are brought forward. */
  | { readonly kind: 'season'; readonly season: number; readonly after: string };

/** A ladder as of one of its documents. */
export interface LadderState {
  readonly ordinal: number;
  readonly season: number;
  readonly settings: LadderSettings;
  /** Ordinal of the document that gave them; 0 for the default. */
  readonly settingsAt: number;
  readonly unfinished?: Unfinished | undefined;
  /** That document says that there is no such ladder. */
  readonly deleted?: true;
}

/** What a ladder is that nobody has changed. */
export const newLadder: LadderState = { ordinal: 0, season: 0, settings: defaultSettings, settingsAt: 0 };

/** The ladder after one more document. */
export function following(
  { deleted: _begunAnew, ...state }: LadderState,
  document: LadderDocument,
): LadderState {
  const { ordinal } = document;
  switch (document.kind) {
    case 'match': {
      const { unfinished } = state;
      if (unfinished?.kind !== 'correction' || document.revision === 0) return { ...state, ordinal };
      return { ...state, ordinal, unfinished: { ...unfinished, matches: unfinished.matches + 1 } };
    }
    case 'correction': {
      const { match_id: matchId, from } = document;
      const unfinished = { kind: 'correction', ordinal, matchId, from, matches: 0 } as const;
      return { ...state, ordinal, unfinished };
    }
    case 'season': {
      const { season } = document;
      return { ...state, ordinal, season, unfinished: { kind: 'season', season, after: '' } };
    }
    case 'brought-forward': {
      const { season, last } = document;
      const unfinished = last === undefined ? undefined : ({ kind: 'season', season, after: last } as const);
      return { ...state, ordinal, unfinished };
    }
    case 'corrected':
      return { ...state, ordinal, unfinished: document.more ? state.unfinished : undefined };
    case 'given':
    case 'erased':
      return { ...state, ordinal };
    case 'deleted':
      return { ...newLadder, ordinal, deleted: true };
    case 'settings':
      return { ...state, ordinal, settings: document.settings, settingsAt: ordinal };
  }
}
