import type { LadderDocument, PlayerChange } from '../../jobs/ladder/ladder-document.ts';
import { type Rating, visibleRating } from '../../jobs/ladder/rating.ts';
import type { StoredResult } from '../../jobs/ladder/result.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { fromStoredTickets, type StoredMatchTicket } from '../../jobs/match/stored-tickets.ts';
import type { Acceptance } from '../../jobs/matchmaking/ticket-explanation.ts';
import type { openPendingMatches } from './matches.ts';
import type { TicketStates } from './ticket-state.ts';

/** Each team's chance to win, by its players' ratings now; absent where no worker has said it in time. */
type Chances = readonly number[];

/** A match wherever it is. Documents are as DocumentDB has them. */
export type DescribedMatch =
  /** Its players are asked; it may still come to nothing. */
  | {
      readonly stage: 'proposed';
      readonly match: CommittedMatch;
      readonly acceptance?: Acceptance;
      readonly chances?: Chances;
    }
  /** Decided and not confirmed: the job carries it to its effect. */
  | {
      readonly stage: 'decided';
      readonly match: CommittedMatch;
      readonly decidedAt: string;
      readonly jobId: string;
      readonly chances?: Chances;
    }
  | {
      readonly stage: 'stored';
      readonly match: StoredMatch;
      readonly ratingChanges: readonly RatingChange[];
    };

/** A document of `matches`, as far as it is shown. */
export interface StoredMatch extends Omit<CommittedMatch, 'matchId' | 'ruleSet'> {
  readonly _id: string;
  readonly rule_set: CommittedMatch['ruleSet'];
  readonly status: 'COMPLETED' | 'FAILED';
  readonly chances?: readonly number[];
  readonly left?: readonly string[];
  readonly result?: StoredResult;
  readonly rated_at?: string;
  readonly corrections?: readonly { readonly reason: string; readonly by: string; readonly at: string }[];
}

/** What a match did to one player. */
export interface RatingChange {
  readonly player_id: string;
  readonly revision: number;
  readonly before: Pick<Rating, 'mu'>;
  readonly current_rating: number;
}

export interface DescribeMatchParts {
  readonly pending: ReturnType<typeof openPendingMatches>;
  readonly states: TicketStates;
  readonly predict: (match: CommittedMatch) => Promise<Chances | undefined>;
  readonly read: (collection: 'matches' | 'rating_changes', id: string) => Promise<unknown[]>;
}

/** Looks where a match passes through, in that order, so that none is missed while it moves on. */
export async function describeMatch(
  matchId: string,
  { pending, states, predict, read }: DescribeMatchParts,
): Promise<DescribedMatch | undefined> {
  const found = await pending.pendingMatch(matchId);
  const chances = found && (await predict(found.match));
  if (found?.stage === 'proposed') {
    const acceptance = await states.acceptance(matchId);
    return {
      stage: 'proposed',
      match: found.match,
      ...(acceptance && { acceptance }),
      ...(chances && { chances }),
    };
  }
  if (found)
    return {
      stage: 'decided',
      match: found.match,
      decidedAt: new Date(found.decidedAt).toISOString(),
      jobId: found.jobId,
      ...(chances && { chances }),
    };
  const [[match], documents] = await Promise.all([read('matches', matchId), read('rating_changes', matchId)]);
  if (!match) return undefined;
  const ratingChanges = (documents as LadderDocument[]).flatMap((document) =>
    document.kind === 'match' ? document.players.map((it) => changeOf(document.revision, it)) : [],
  );
  const stored = match as Omit<StoredMatch, 'tickets'> & { readonly tickets: readonly StoredMatchTicket[] };
  return {
    stage: 'stored',
    match: { ...stored, tickets: fromStoredTickets(stored.tickets) },
    ratingChanges,
  };
}

const changeOf = (revision: number, { player_id, before, after }: PlayerChange): RatingChange => ({
  ...{ player_id, revision, before },
  current_rating: visibleRating(after),
});
