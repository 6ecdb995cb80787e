import { configurationArn, type EventOrigin } from '../event/event.ts';
import type { AttributeValue } from '../ticket/ticket.ts';
import type { CommittedMatch } from './match.ts';

/** A player's attribute as FlexMatch tells it to game servers. */
type ServerAttribute =
  | { readonly attributeType: 'STRING'; readonly valueAttribute: string }
  | { readonly attributeType: 'DOUBLE'; readonly valueAttribute: number }
  | { readonly attributeType: 'STRING_LIST'; readonly valueAttribute: readonly string[] }
  | {
      readonly attributeType: 'STRING_DOUBLE_MAP';
      readonly valueAttribute: Readonly<Record<string, number>>;
    };

/**
 * What FlexMatch tells a game server of its match, as an object; servers get it as JSON. Latencies are not in
 * it.
 */
export interface MatchmakerData {
  readonly matchId: string;
  readonly matchmakingConfigurationArn: string;
  readonly teams: readonly {
    readonly name: string;
    readonly players: readonly {
      readonly playerId: string;
      readonly attributes: Readonly<Record<string, ServerAttribute>>;
    }[];
  }[];
  readonly autoBackfillMode: null | 'AUTOMATIC';
  readonly autoBackfillTicketId: null | string;
}

/**
 * `autoBackfillTicketId`: of the ticket by which the fleet itself fills the match. Without it both
 * `autoBackfill…` are null: the fleet does not, or the caller does not know of it.
 */
export function matchmakerData(
  match: Pick<CommittedMatch, 'matchId' | 'configuration' | 'tickets' | 'teams'>,
  origin: EventOrigin,
  autoBackfillTicketId?: string,
): MatchmakerData {
  const players = new Map(
    match.tickets.flatMap((ticket) => ticket.players.map((player) => [player.playerId, player] as const)),
  );
  return {
    matchId: match.matchId,
    matchmakingConfigurationArn: configurationArn(origin, match.configuration),
    teams: match.teams.map(({ name, playerIds }) => ({
      name,
      players: playerIds.map((playerId) => ({
        playerId,
        attributes: Object.fromEntries(
          Object.entries(players.get(playerId)?.attributes ?? {}).map(([attribute, value]) => [
            attribute,
            asServersReadIt(value),
          ]),
        ),
      })),
    })),
    autoBackfillMode: autoBackfillTicketId === undefined ? null : 'AUTOMATIC',
    autoBackfillTicketId: autoBackfillTicketId ?? null,
  };
}

function asServersReadIt(value: AttributeValue): ServerAttribute {
  if ('S' in value) return { attributeType: 'STRING', valueAttribute: value.S };
  if ('N' in value) return { attributeType: 'DOUBLE', valueAttribute: value.N };
  if ('SL' in value) return { attributeType: 'STRING_LIST', valueAttribute: value.SL };
  return { attributeType: 'STRING_DOUBLE_MAP', valueAttribute: value.SDM };
}
