import { z } from 'zod';
import { inEitherSpelling } from './aws-spelling.ts';
import { type Configuration, resourceName, ticketId } from './configuration.ts';
import type { Limits } from './limits.ts';
import type { CommittedMatch } from './match.ts';
import { openPoolOf } from './pool-name.ts';
import { largestMatch, type RuleSet } from './rule-set/rule-set.ts';
import { type TicketPlayer, ticketPlayerWithin } from './ticket.ts';

/** StartMatchBackfill's own limit: one place of 200 at least is open. */
const mostPlayers = 199;
/** Ours, UTF-8 bytes of a backfill ticket's players as JSON: with the tickets that join it still fits one document. */
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
 * What a caller gives StartMatchBackfill: a running match and everybody who is in it now, each with attributes and team,
 * and with latency for the location they play in where a latency rule exists.
 */
export const backfillRequestWithin = (limits: Limits) =>
  inEitherSpelling(
    z.strictObject({
      configuration: resourceName,
      /** The match that wants players: the id of its latest MatchmakingSucceeded. */
      matchId: z.string().min(1).max(128),
      ticketId: ticketId.optional(),
      players: backfillPlayersWithin(limits),
    }),
  );
export type BackfillRequest = z.input<ReturnType<typeof backfillRequestWithin>>;

/** A match nobody has reported a result of for this long (ms) is over as far as its players are concerned. */
export const matchTtlMs = 24 * 3600 * 1000;

/** A backfill ticket the fleet opens by itself. */
export interface AutomaticBackfill {
  readonly ticketId: string;
  readonly pool: string;
  readonly timeoutMs: number;
  readonly players: readonly (TicketPlayer & { readonly team: string })[];
}

/** What a backfill ticket of the fleet's own is made from. */
export type BackfilledMatch = Pick<CommittedMatch, 'matchId' | 'teams' | 'tickets'> & {
  readonly location?: string | undefined;
};

/**
 * The backfill ticket that `AUTOMATIC` gives a match below its maximum: everybody who plays in it, but those who left. Its
 * id follows from the match and how many have left, so a repeat asks for the same ticket. `undefined` where nobody is left
 * or no slot is open.
 */
export function automaticBackfill(
  { name, backfillMode, requestTimeoutSeconds }: Configuration,
  ruleSet: RuleSet,
  match: BackfilledMatch,
  left: readonly string[] = [],
): AutomaticBackfill | undefined {
  if (backfillMode !== 'AUTOMATIC') return undefined;
  const gone = new Set(left);
  const known = new Map(match.tickets.flatMap((it) => it.players.map((player) => [player.playerId, player])));
  const playing = match.teams.flatMap((team) =>
    team.playerIds
      .filter((id) => !gone.has(id))
      .map((playerId) => ({
        ...atLocation(known.get(playerId) ?? { playerId, attributes: {} }, match.location),
        team: team.name,
      })),
  );
  if (playing.length === 0 || playing.length >= largestMatch(ruleSet.teams)) return undefined;
  return {
    ticketId: gone.size === 0 ? `backfill-${match.matchId}` : `backfill-${match.matchId}-${gone.size}`,
    pool: openPoolOf(name, ruleSet)(playing),
    timeoutMs: requestTimeoutSeconds * 1_000,
    players: playing,
  };
}

/** FlexMatch judges those who play already by the location they play in alone. */
function atLocation(player: TicketPlayer, location: string | undefined): TicketPlayer {
  const latency = location === undefined ? undefined : player.latencyInMs?.[location];
  return location === undefined || latency === undefined
    ? player
    : { ...player, latencyInMs: { [location]: latency } };
}
