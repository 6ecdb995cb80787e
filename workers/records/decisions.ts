import type { Collection } from 'mongodb';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { asStoredTickets } from '../../jobs/match/stored-tickets.ts';
import type { GameSession } from '../../jobs/session/placement.ts';
import { insertNew } from './insert-new.ts';
import type { Inherited, MatchRecord } from './match-record.ts';
import { insertEach } from './write-each.ts';

/** What somebody would have a match be. What is stored first decides. */
export interface Wanted {
  readonly match: CommittedMatch;
  readonly status: MatchRecord['status'];
  /** Why it is FAILED. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Its tickets that fail with it, where that is not all of them. */
  readonly failing?: ReadonlySet<string> | undefined;
  readonly gameSession?: GameSession | undefined;
  readonly chances?: readonly number[] | undefined;
  /** What it takes over from the running match it goes on from. */
  readonly inherited?: Inherited | undefined;
}

/** What is stored of matches. */
export interface Decided {
  readonly stored: ReadonlyMap<string, MatchRecord>;
  /** Matches that the record refuses, and why: each is FAILED, and stored without what it consists of. */
  readonly refused: ReadonlyMap<string, string>;
}

/** A match that the queue has lost, told by one that is known: only its id is its own. */
export type LostMatch = Pick<MatchRecord, '_id' | 'configuration' | 'ladder' | 'rule_set' | 'now' | 'seed'>;

const unstored = { reason: 'MatchNotStored', message: 'The match could not be stored.' };
export const lostReason = 'MatchLost';
const lost = { reason: lostReason, message: 'The queue store lost the match before it was stored.' };

/**
 * One insert by match id decides what becomes of a match, status included: whoever comes later goes by what
 * is stored.
 */
export function openDecisions(
  matches: Collection<MatchRecord>,
  find: (matchIds: readonly string[]) => Promise<ReadonlyMap<string, MatchRecord>>,
) {
  return {
    /** Stores matches that are not stored yet. Returns all of them as they are stored. */
    async create(wanted: readonly Wanted[], now: Date): Promise<Decided> {
      const records = wanted.map((it) => toRecord(it, now));
      const { present, refused } = await insertEach(matches, records);
      const bare = [...refused.keys()].flatMap((index) => {
        const record = records[index];
        return record ? [failedWithout(record, unstored, now)] : [];
      });
      const presentBare = await insertNew(matches, bare);
      const before = [
        ...[...present].map((index) => records[index]?._id ?? ''),
        ...[...presentBare].map((index) => bare[index]?._id ?? ''),
      ];
      const inserted = [...records, ...bare].map((record) => [record._id, record] as const);
      return {
        stored: new Map([...inserted, ...(await find(before))]),
        refused: new Map([...refused].map(([index, reason]) => [records[index]?._id ?? '', reason])),
      };
    },

    /**
     * Stores matches as FAILED that are neither stored nor in the queue any more: should a worker have one of
     * them after all, it stores no other. Returns all as they are stored: one has been stored meanwhile, or
     * failed for a reason of its own.
     */
    async giveUpLost(all: readonly LostMatch[], now: Date): Promise<ReadonlyMap<string, MatchRecord>> {
      await insertNew(
        matches,
        all.map((match) => lostMatch(match, now)),
      );
      return await find(all.map((match) => match._id));
    },
  };
}

const toRecord = (
  { match, status, reason, message, failing, chances, gameSession, inherited }: Wanted,
  now: Date,
): MatchRecord => ({
  _id: match.matchId,
  configuration: match.configuration,
  ladder: match.ladder,
  rule_set: match.ruleSet,
  status,
  ...(status === 'FAILED' && { reason, message, ...(failing && { failing: [...failing] }) }),
  now: match.now,
  as_of: match.asOf,
  seed: match.seed,
  location: match.location,
  game_session: gameSession,
  tickets: asStoredTickets(match.tickets),
  teams: match.teams,
  chances,
  created_at: now,
  backfill: match.backfill,
  ...inherited,
});

export const lostMatch = (match: LostMatch, at: Date): MatchRecord => failedWithout(match, lost, at);

/**
 * A FAILED match without anything that a client has chosen: there is nothing in it that could be refused
 * again.
 */
const failedWithout = (
  { _id, configuration, ladder, rule_set, now, seed }: LostMatch,
  why: Pick<MatchRecord, 'reason' | 'message'>,
  at: Date,
): MatchRecord => ({
  ...{ _id, configuration, ladder, rule_set, now, seed },
  status: 'FAILED',
  ...why,
  tickets: [],
  teams: [],
  created_at: at,
});
