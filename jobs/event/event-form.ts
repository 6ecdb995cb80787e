import { z } from 'zod';
import type { EventType } from './event.ts';

const types = [
  'MatchmakingSearching',
  'PotentialMatchCreated',
  'AcceptMatch',
  'AcceptMatchCompleted',
  'MatchmakingSucceeded',
  'MatchmakingTimedOut',
  'MatchmakingCancelled',
  'MatchmakingFailed',
] as const satisfies readonly EventType[];

const player = z.object({
  playerId: z.string(),
  team: z.string().optional(),
  accepted: z.boolean().optional(),
  playerSessionId: z.string().optional(),
});

const time = z.iso.datetime();

/**
 * An event as readers of the stream get it, and notification topics: what JSON Schema is made of. Details
 * have more, by type.
 */
export const eventForm = z.object({
  version: z.literal('0'),
  id: z.uuid(),
  'detail-type': z.literal('GameLift Matchmaking Event'),
  source: z.literal('aws.gamelift'),
  account: z.string(),
  time,
  region: z.string(),
  resources: z.array(z.string()).describe('The ARN of the configuration'),
  detail: z.looseObject({
    type: z.enum(types),
    tickets: z.array(z.object({ ticketId: z.string(), startTime: time, players: z.array(player) })),
    gameSessionInfo: z.object({
      players: z.array(player),
      gameSessionArn: z.string().optional(),
      ipAddress: z.string().optional(),
      port: z.int().optional(),
      dnsName: z.string().optional(),
      playerGatewayStatus: z.string().optional(),
    }),
    customEventData: z.string().optional(),
  }),
});
