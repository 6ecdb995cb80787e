import type { AcceptMatch } from './jobs.ts';

/**
 * What became of an answer, as `jobs/scripts/accept.lua` says. `pool`: the one to wake. `detail`: of
 * `not-proposed` the ticket's status or why else, of `stranger` the player.
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
