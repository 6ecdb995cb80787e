import { z } from 'zod';
import type { TicketPlayer } from '../../../jobs/ticket/ticket.ts';

const value = z.object({
  S: z.unknown().optional(),
  N: z.unknown().optional(),
  SL: z.unknown().optional(),
  SDM: z.unknown().optional(),
});

/**
 * Players as the wire has them, in our names. Members that we do not know are left out, since newer SDKs send
 * more; what the known ones hold is checked by the client library, within the limits of the configuration.
 */
export const playerList = z.array(
  z
    .object({
      PlayerId: z.string('is required').min(1),
      PlayerAttributes: z.record(z.string(), value).optional(),
      Team: z.string().optional(),
      LatencyInMs: z.record(z.string(), z.unknown()).optional(),
    })
    .transform(
      ({ PlayerId, PlayerAttributes, Team, LatencyInMs }) =>
        ({
          playerId: PlayerId,
          ...(PlayerAttributes && { attributes: PlayerAttributes }),
          ...(Team !== undefined && { team: Team }),
          ...(LatencyInMs && { latencyInMs: LatencyInMs }),
        }) as TicketPlayer,
    ),
);

export interface WirePlayer {
  readonly PlayerId: string;
  readonly PlayerAttributes?: object;
  readonly Team?: string | undefined;
  readonly LatencyInMs?: object;
}

export const toWirePlayer = ({ playerId, attributes, latencyInMs, team }: TicketPlayer): WirePlayer => ({
  PlayerId: playerId,
  ...(Object.keys(attributes ?? {}).length > 0 && { PlayerAttributes: attributes }),
  ...(team !== undefined && { Team: team }),
  ...(latencyInMs && { LatencyInMs: latencyInMs }),
});
