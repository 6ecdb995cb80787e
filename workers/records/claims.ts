import type { CommittedMatch } from '../../jobs/match/match.ts';
import { type Claim, isSame, refuses } from '../../jobs/matchmaking/claim.ts';
import { ticketDay } from '../../jobs/ticket/ticket-day.ts';
import type { TicketDays } from './ticket-days.ts';
import type { TicketRecord } from './ticket-record.ts';
import { insertEach, updateEach } from './write-each.ts';

/** A ticket that a match does not get, and the match whose it is. */
export interface Conflict {
  readonly ticketId: string;
  readonly matchId: string;
  readonly holder: string;
  /**
   * The holder claimed this very ticket, not an earlier one of its id. What the fleet opens for a match has
   * an id of that match's own.
   */
  readonly same: boolean;
}

/** What became of claims, where it is not that their match has its tickets. */
export interface Claimed {
  readonly conflicts: readonly Conflict[];
  /** Matches with a claim that the record refuses to store, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

type ClaimRecord = TicketRecord & Required<Omit<Claim, 'call'>>;

/**
 * Claims of matches for their tickets: the fence against a queue that went back in time and decides a ticket
 * again. `youngMs`: so long a claim holds a ticket's id, whoever uses it.
 */
export function openClaims(days: TicketDays, youngMs: number) {
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
        ended_at: now,
      })),
    );

  const read = async (claims: readonly ClaimRecord[]) => {
    const heldFor = await days.read(claims);
    return (claim: ClaimRecord): TicketRecord => {
      const record = heldFor(claim);
      if (record) return record;
      throw new Error(`Cannot claim ticket ${claim._id}: its record went at this moment`);
    };
  };

  /**
   * Puts claims in the place of what has been read. Where something else got there first, that stands:
   * returns who has those tickets.
   */
  const replace = async (
    claims: readonly { readonly claim: ClaimRecord; readonly from: string | undefined }[],
  ): Promise<Claimed> => {
    const all = claims.map(({ claim }) => claim);
    const from = new Map(claims.map((it) => [it.claim, it.from]));
    const { matched, refused } = await days.write(all, (collection, some) =>
      updateEach(
        collection,
        some.map((claim) => ({
          replaceOne: {
            filter: { _id: claim._id, match_id: from.get(claim) ?? { $exists: false } },
            replacement: claim,
          },
        })),
      ),
    );
    const unstored = matchesOf(all, refused);
    const tried = all.filter((_claim, index) => !refused.has(index));
    if (matched === tried.length) return { conflicts: [], refused: unstored };
    const heldFor = await read(tried);
    return { conflicts: tried.flatMap((claim) => conflictOf(claim, heldFor(claim))), refused: unstored };
  };

  /**
   * Claims that stand against these though they are of tickets that started the day before. An id comes again
   * by another call only when the queue has lost the start of its ticket, and a queue loses minutes at most.
   */
  const heldFromTheDayBefore = async (claims: readonly ClaimRecord[]): Promise<Conflict[]> => {
    const before = ({ start_time }: ClaimRecord) => start_time.getTime() - 2 * youngMs;
    const early = claims.filter((it) => ticketDay(before(it)) !== ticketDay(it.start_time.getTime()));
    const heldFor = await days.read(early, before);
    return early.flatMap((claim) => {
      const held = heldFor(claim);
      return held && refuses(held, claim, youngMs) ? conflictOf(claim, held) : [];
    });
  };

  return {
    /**
     * Writes each ticket with its match. A claim that is there already stands where it `refuses` this one.
     */
    async claim(matches: readonly CommittedMatch[], now: Date): Promise<Claimed> {
      const claims = claimsOf(matches, now);
      const [{ present, refused }, earlier] = await Promise.all([
        days.write(claims, insertEach),
        heldFromTheDayBefore(claims),
      ]);
      const unstored = matchesOf(claims, refused);
      const contested = [...present].flatMap((index) => claims[index] ?? []);
      const heldFor = await read(contested);
      const standing = contested.flatMap((claim) =>
        refuses(heldFor(claim), claim, youngMs) ? conflictOf(claim, heldFor(claim)) : [],
      );
      const free = contested.filter((claim) => !refuses(heldFor(claim), claim, youngMs));
      const replaced = await replace(free.map((claim) => ({ claim, from: heldFor(claim).match_id })));
      return {
        conflicts: [...earlier, ...standing, ...replaced.conflicts],
        refused: new Map([...unstored, ...replaced.refused]),
      };
    },

    /** Gives matches the tickets that lost ones had claimed. Returns what came to nothing. */
    takeOver: (
      conflicts: readonly Conflict[],
      matches: readonly CommittedMatch[],
      now: Date,
    ): Promise<Claimed> => {
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
      const claims = matches.flatMap(({ matchId: match_id, tickets }) =>
        tickets.map((it) => ({ _id: it.ticketId, match_id, start_time: new Date(it.startTime) })),
      );
      await days.write(claims, (collection, some) =>
        updateEach(collection, [
          {
            updateMany: {
              filter: {
                _id: { $in: some.map((claim) => claim._id) },
                match_id: { $in: [...new Set(some.map((claim) => claim.match_id))] },
              },
              update: { $set: { status: 'FAILED' } },
            },
          },
        ]),
      );
    },
  };
}

/** Matches of which a claim was refused, and why. */
const matchesOf = (
  claims: readonly ClaimRecord[],
  refused: ReadonlyMap<number, string>,
): ReadonlyMap<string, string> =>
  new Map([...refused].map(([index, reason]) => [claims[index]?.match_id ?? '', reason] as const));

/** Nothing where the match has its ticket. */
function conflictOf(claim: ClaimRecord, held: TicketRecord): Conflict[] {
  const { _id, match_id } = claim;
  const holder = held.match_id;
  if (holder === undefined) throw new Error(`Cannot claim ticket ${_id}: its record changed at this moment`);
  const same = isSame(held, claim) || (held.call === undefined && claim.call === undefined);
  return holder === match_id ? [] : [{ ticketId: _id, matchId: match_id, holder, same }];
}
