import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { named } from '../by-name.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { matchId, resourceName, ticketId } from '../ids.ts';
import type { CommittedMatch } from '../match/match.ts';
import { largestMatch, type RuleSet } from '../rule-set/rule-set.ts';
import type { Limits } from '../ticket/limits.ts';
import { type TicketPlayer, ticketPlayerWithin } from '../ticket/ticket.ts';

/** StartMatchBackfill's own limit: one place of 200 at least is open. */
const mostPlayers = 199;
/**
 * Ours, UTF-8 bytes of a backfill ticket's players as JSON: with the tickets that join it still fits one
 * document.
 */
const mostBytes = 1024 * 1024;

/** The players of a backfill ticket: each on a team. */
export const backfillPlayersWithin = (limits: Limits) =>
  z
    .array(ticketPlayerWithin(limits))
    .min(1, 'at least 1 player')
    .max(mostPlayers, `at most ${mostPlayers} players`)
    .superRefine((all, context) => {
      const seen = new Set<string>();
      for (const [index, { playerId, team }] of all.entries()) {
        const refuse = (field: string, message: string) =>
          context.addIssue({ code: 'custom', path: [index, field], message });
        if (team === undefined)
          refuse('team', 'needed: the team of the match they play on, e.g. red or red_2');
        if (seen.has(playerId)) refuse('playerId', 'is in this ticket twice');
        seen.add(playerId);
      }
    })
    .refine(
      (all) => new TextEncoder().encode(JSON.stringify(all)).length <= mostBytes,
      `at most ${mostBytes} bytes of JSON in all`,
    );

/**
 * What a caller gives StartMatchBackfill: a running match and everybody who is in it now, each with
 * attributes and team, and with latency for the location they play in where a latency rule exists.
 */
export const backfillRequestWithin = (limits: Limits) =>
  inEitherSpelling(
    z.strictObject({
      configuration: resourceName,
      /** The live match that wants players: the id of its latest MatchmakingSucceeded. */
      matchId,
      ticketId: ticketId.optional(),
      players: backfillPlayersWithin(limits),
    }),
  );
export type BackfillRequest = z.input<ReturnType<typeof backfillRequestWithin>>;

/** What AUTOMATIC is told of a match, so that it can find company for it as long as it is live. */
export interface Company {
  /** How many players the match has at most. */
  readonly mostPlayers: number;
  /** Of a backfill ticket. */
  readonly timeoutMs: number;
}

/** `undefined` where a configuration's matches get no backfill tickets of the fleet's own. */
export const companyFor = (
  { backfillMode, requestTimeoutSeconds }: Configuration,
  ruleSet: RuleSet,
): Company | undefined =>
  backfillMode === 'AUTOMATIC'
    ? { mostPlayers: largestMatch(ruleSet.teams), timeoutMs: requestTimeoutSeconds * 1_000 }
    : undefined;

/** The id of the first backfill ticket that AUTOMATIC gives a match, unless somebody has taken that id. */
export const automaticTicketId = (matchId: string): string => `backfill-${matchId}`;

/**
 * A player who joins a match: id, and as JSON, with their team, how a backfill ticket lists them ('' where
 * none does).
 */
type Seat = readonly [playerId: string, player: string];

/** The seats of who joins a match; who goes on from the match that it fills has one there. */
export function seatsOf(match: CommittedMatch, company: Company | undefined): Seat[] {
  const { tickets, teams, backfill, location } = match;
  const joining = tickets.filter((it) => it.ticketId !== backfill?.ticketId).flatMap((it) => it.players);
  if (!company) return joining.map(({ playerId }) => [playerId, '']);
  const teamOf = new Map(teams.flatMap(({ name, playerIds }) => playerIds.map((id) => [id, name] as const)));
  return joining.map((player) => {
    const { playerId } = player;
    return [playerId, JSON.stringify({ ...atLocation(player, location), team: teamOf.get(playerId) })];
  });
}

/** FlexMatch judges those who play already by the location they play in alone. */
function atLocation(player: TicketPlayer, location: string | undefined): TicketPlayer {
  const latency = location === undefined ? undefined : named(player.latencyInMs, location);
  return location === undefined || latency === undefined
    ? player
    : { ...player, latencyInMs: { [location]: latency } };
}
