import type { Collection } from 'mongodb';
import { type Claim, refuses } from '../../jobs/matchmaking/claim.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { insertEach } from './insert-new.ts';
import type { TicketRecord } from './tickets.ts';

/** A ticket that a match does not get, and the match whose it is. */
export interface Conflict {
  readonly ticketId: string;
  readonly matchId: string;
  readonly holder: string;
}

/** What became of claims, where it is not that their match has its tickets. */
export interface Claimed {
  readonly conflicts: readonly Conflict[];
  /** Matches with a claim that the record refuses to store, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

type ClaimRecord = TicketRecord & Required<Omit<Claim, 'call'>>;

/** Claims of matches for their tickets: the fence against a queue that went back in time and decides a ticket again. */
export function openClaims(
  tickets: Collection<TicketRecord>,
  lifeFrom: (end: Date) => Pick<TicketRecord, 'ended_at' | 'expires_at'>,
) {
  const claimsOf = (matches: readonly CommittedMatch[], now: Date): ClaimRecord[] =>
    matches.flatMap((match) =>
      match.tickets.map((ticket, index) => ({
        _id: ticket.ticketId,
        match_id: match.matchId,
        sequence: ticket.sequence,
        ...(match.calls?.[index] && { call: match.calls[index] }),
        decided_at: match.now,
        configuration: match.configuration,
        status: 'COMPLETED' as const,
        player_ids: ticket.players.map((player) => player.playerId),
        start_time: new Date(ticket.startTime),
        ...lifeFrom(now),
      })),
    );

  const read = async (claims: readonly ClaimRecord[]) => {
    const ids = claims.map((claim) => claim._id);
    const found = await tickets.find({ _id: { $in: ids } }, { batchSize: ids.length + 1 }).toArray();
    const held = new Map(found.map((record) => [record._id, record]));
    return (claim: ClaimRecord): TicketRecord => {
      const record = held.get(claim._id);
      if (record) return record;
      throw new Error(`Cannot claim ticket ${claim._id}: its record expired at this moment`);
    };
  };

  /**
   * Puts claims in the place of what has been read. Where something else got there first, that stands: returns who has those
   * tickets.
   */
  const replace = async (
    claims: readonly { readonly claim: ClaimRecord; readonly from: string | undefined }[],
  ): Promise<Conflict[]> => {
    if (claims.length === 0) return [];
    const { matchedCount } = await tickets.bulkWrite(
      claims.map(({ claim, from }) => ({
        replaceOne: {
          filter: { _id: claim._id, match_id: from ?? { $exists: false } },
          replacement: claim,
        },
      })),
      { ordered: false },
    );
    if (matchedCount === claims.length) return [];
    const all = claims.map(({ claim }) => claim);
    const heldFor = await read(all);
    return all.flatMap((claim) => conflictOf(claim, heldFor(claim)));
  };

  return {
    /** Writes each ticket with its match. A claim that is there already stands where it `refuses` this one. */
    async claim(matches: readonly CommittedMatch[], now: Date): Promise<Claimed> {
      const claims = claimsOf(matches, now);
      const { present, refused } = await insertEach(tickets, claims);
      const unstored = new Map(
        [...refused].map(([index, reason]) => [claims[index]?.match_id ?? '', reason] as const),
      );
      const contested = [...present].flatMap((index) => claims[index] ?? []);
      if (contested.length === 0) return { conflicts: [], refused: unstored };
      const heldFor = await read(contested);
      const standing = contested.flatMap((claim) =>
        refuses(heldFor(claim), claim) ? conflictOf(claim, heldFor(claim)) : [],
      );
      const free = contested.filter((claim) => !refuses(heldFor(claim), claim));
      const overtaken = await replace(free.map((claim) => ({ claim, from: heldFor(claim).match_id })));
      return { conflicts: [...standing, ...overtaken], refused: unstored };
    },

    /** Gives matches the tickets that lost ones had claimed. Returns the conflicts that remain. */
    takeOver: (
      conflicts: readonly Conflict[],
      matches: readonly CommittedMatch[],
      now: Date,
    ): Promise<Conflict[]> => {
      const holders = new Map(conflicts.map((it) => [`${it.matchId} ${it.ticketId}`, it.holder]));
      return replace(
        claimsOf(matches, now).flatMap((claim) => {
          const from = holders.get(`${claim.match_id} ${claim._id}`);
          return from === undefined ? [] : [{ claim, from }];
        }),
      );
    },

    /** Marks the tickets that failed matches have claimed. */
    async fail(matches: readonly CommittedMatch[]): Promise<void> {
      if (matches.length === 0) return;
      const ids = matches.flatMap((match) => match.tickets.map((ticket) => ticket.ticketId));
      const theirs = { _id: { $in: ids }, match_id: { $in: matches.map((match) => match.matchId) } };
      await tickets.updateMany(theirs, { $set: { status: 'FAILED' } });
    },
  };
}

/** Nothing where the match has its ticket. */
function conflictOf({ _id, match_id }: ClaimRecord, { match_id: holder }: TicketRecord): Conflict[] {
  if (holder === undefined) throw new Error(`Cannot claim ticket ${_id}: its record changed at this moment`);
  return holder === match_id ? [] : [{ ticketId: _id, matchId: match_id, holder }];
}
