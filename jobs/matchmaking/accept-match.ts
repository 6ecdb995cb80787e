import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { defineJob } from '../contract.ts';
import { matchId, playerId, ticketId } from '../ids.ts';
import { mostPlayersPerTicket } from '../ticket/limits.ts';

/**
 * AcceptMatch for whoever adds jobs with BullMQ alone; the client decides it without a job.
 *
 * Records players' answers to one proposal. The match id binds them to it: an answer that arrives when the ticket is in
 * another proposal changes nothing. The first answer of a player stands.
 * The job's result: per item, in order, `{ ticketId, outcome }`, the outcome as `jobs/scripts/accept.lua` names it.
 */
export const acceptMatch = defineJob({
  kind: 'accept-match',
  queue: 'matchmaking',
  item: inEitherSpelling(
    z.strictObject({
      ticketId,
      matchId,
      playerIds: z.array(playerId).min(1).max(mostPlayersPerTicket),
      acceptance: z.enum(['ACCEPT', 'REJECT']),
    }),
  ),
});
export type AcceptMatch = z.output<typeof acceptMatch.item>;

/**
 * What became of an answer, as `jobs/scripts/accept.lua` says. `pool`: the one to wake. `detail`: of `not-proposed` the
 * ticket's status or why else, of `stranger` the player.
 */
export type Answered =
  | { readonly outcome: 'recorded' | 'missing' }
  | { readonly outcome: 'decided' | 'rejected' | 'late'; readonly pool: string }
  | { readonly outcome: 'not-proposed' | 'stranger'; readonly detail: string };

/** A decided match whose effect is not confirmed is handed over again after this long (ms). */
export const handoverPatience = 10_000;

export const acceptArguments = ({ ticketId, matchId, acceptance, playerIds }: AcceptMatch) => [
  ticketId,
  matchId,
  acceptance,
  handoverPatience,
  ...playerIds,
];

/** Throws for an answer that the script does not give. */
export function readAnswered([outcome, detail = '']: readonly string[]): Answered {
  switch (outcome) {
    case 'recorded':
    case 'missing':
      return { outcome };
    case 'decided':
    case 'rejected':
    case 'late':
      return { outcome, pool: detail };
    case 'not-proposed':
    case 'stranger':
      return { outcome, detail };
    default:
      throw new Error(`accept.lua answered ${outcome}`);
  }
}
