import { z } from 'zod';
import type { EventOrigin } from '../event/event.ts';
import { playerId, wellFormed } from '../ids.ts';
import type { CommittedMatch } from '../match/match.ts';
import { matchmakerData } from '../match/matchmaker-data.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** Why a URL may not be asked to place matches; undefined when it may. */
function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.test(hostname)))
    return 'must be https:// (http:// is for loopback addresses only)';
  if (username || password) return 'must not carry a login: requests are signed with `secret`';
  return hash ? 'must not have a fragment' : undefined;
}

/**
 * Who finds a decided match a place to be played. `none`, the default: nobody, matches are teams only, as
 * FlexMatch's STANDALONE mode has it. `webhook`: a service of yours is asked by HTTP POST, see
 * `placementRequest`.
 */
export const placement = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('webhook'),
    /** Its host must be in the workers' `PLACEMENT_HOSTS` too. */
    url: z
      .string()
      .max(2_048)
      .superRefine((text, context) => {
        const message = urlProblem(text);
        if (message) context.addIssue({ code: 'custom', message });
      }),
    /**
     * The environment variable of the workers that holds the key requests are signed with: a name, never the
     * key.
     */
    secret: z
      .string()
      .regex(
        /^PLACEMENT_SECRET(_[A-Z0-9]+)*$/,
        'must be the name of an environment variable: PLACEMENT_SECRET or PLACEMENT_SECRET_<NAME>',
      )
      .default('PLACEMENT_SECRET'),
    /** How long one request may take. Beyond it, it is sent again later. */
    timeoutMs: z.int().min(100).max(2_000).default(2_000),
    /** A match that has no place this long after it was decided is given up: its tickets are FAILED. */
    deadlineSeconds: z.int().min(1).max(3_600).default(300),
  }),
]);
export type Webhook = Extract<z.output<typeof placement>, { kind: 'webhook' }>;

/** Handed to whoever places the match, as the GameLift API has it. */
export const gameProperties = z
  .array(z.strictObject({ key: wellFormed(32), value: wellFormed(96) }))
  .max(16, 'at most 16 properties');
export const gameSessionData = wellFormed(4_096);

/** Where a match is played: the webhook's answer. What else it says is ignored. */
export const gameSession = z.object({
  ipAddress: z.union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address'),
  port: z.int().min(1).max(65_535),
  dnsName: wellFormed(253).optional(),
  gameSessionArn: wellFormed(1_024).optional(),
  /** What each player shows the server, e.g. `psess-…`. */
  playerSessions: z
    .array(z.object({ playerId, playerSessionId: wellFormed(1_024) }))
    .max(200, 'at most 200 player sessions')
    .optional(),
});
export type GameSession = z.output<typeof gameSession>;

/**
 * What came of placing a match. The first of these that is noted stands, whatever a repeated request is told.
 */
export type PlacementOutcome =
  | { readonly kind: 'placed'; readonly gameSession: GameSession }
  | { readonly kind: 'failed'; readonly message: string };

/** What the webhook is told beside the match itself. */
export interface Told {
  readonly gameProperties?: z.output<typeof gameProperties> | undefined;
  readonly gameSessionData?: string | undefined;
  /** The ticket by which the fleet will fill the match, where that is known before it is placed. */
  readonly autoBackfillTicketId?: string | undefined;
}

/**
 * The body of the request, `matchmakerData` in the shape FlexMatch gives game servers. `backfill` names the
 * running match that this one goes on from, and the ticket that asked for company for it: whoever runs that
 * match answers with where it is.
 *
 * `{ matchId, configuration, location?, backfill?: { matchId, ticketId }, gameProperties?, gameSessionData?,
 * matchmakerData: { matchId, matchmakingConfigurationArn, teams: [{ name, players: [{ playerId, attributes: {
 * skill: { attributeType: "DOUBLE", valueAttribute: 23 } } }] }], autoBackfillMode, autoBackfillTicketId },
 * playerLatencies: [{ playerId, latencyInMs }] }`
 */
export function placementRequest(match: CommittedMatch, told: Told, origin: EventOrigin) {
  const players = new Map(
    match.tickets.flatMap((ticket) => ticket.players.map((player) => [player.playerId, player] as const)),
  );
  return {
    matchId: match.matchId,
    configuration: match.configuration,
    ...(match.location !== undefined && { location: match.location }),
    ...(match.backfill && { backfill: match.backfill }),
    ...(told.gameProperties && { gameProperties: told.gameProperties }),
    ...(told.gameSessionData && { gameSessionData: told.gameSessionData }),
    matchmakerData: matchmakerData(match, origin, told.autoBackfillTicketId),
    playerLatencies: [...players.values()].flatMap(({ playerId, latencyInMs }) =>
      latencyInMs ? [{ playerId, latencyInMs }] : [],
    ),
  };
}
