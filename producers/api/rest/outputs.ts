import { z } from 'zod';
import { ladderSettings } from '../../../jobs/ladder/ladder.ts';
import type { DescribedTicket } from '../../../jobs/matchmaking/described-ticket.ts';
import { ticketStatuses } from '../../../jobs/ticket/lifecycle.ts';

/** What answers look like. OpenAPI says it of them; a test holds real answers to it. */

const time = z.iso.datetime();

const ticketStatus = z.enum(ticketStatuses);

const attribute = z.union([
  z.object({ N: z.number() }),
  z.object({ S: z.string() }),
  z.object({ SL: z.array(z.string()) }),
  z.object({ SDM: z.record(z.string(), z.number()) }),
]);

export const startedTicket = z.object({
  ticketId: z.string(),
  status: z.literal('SEARCHING'),
  startTime: time,
});

export const describedTicket = z.object({
  ticketId: z.string(),
  configuration: z.string(),
  status: ticketStatus,
  statusReason: z.string().optional(),
  statusMessage: z.string().optional(),
  startTime: time,
  endTime: time.optional(),
  estimatedWaitTime: z.number().optional().describe('Seconds from its start'),
  matchId: z.string().optional().describe('From PLACING on'),
  fills: z.string().optional().describe('Of a backfill ticket: the running match that wants players'),
  players: z.array(
    z.looseObject({
      playerId: z.string(),
      attributes: z.record(z.string(), attribute).optional(),
      latencyInMs: z.record(z.string(), z.number()).optional(),
      team: z.string().optional(),
    }),
  ),
  gameSessionConnectionInfo: z
    .looseObject({
      ipAddress: z.string().optional(),
      port: z.int().optional(),
      dnsName: z.string().optional(),
      gameSessionArn: z.string().optional(),
      matchedPlayerSessions: z.array(z.object({ playerId: z.string(), playerSessionId: z.string() })),
    })
    .optional(),
}) satisfies z.ZodType<Pick<DescribedTicket, 'ticketId' | 'status' | 'startTime'>>;

export const createdSession = z.looseObject({ sessionId: z.string() });

export const session = z.object({
  sessionId: z.string(),
  playerId: z.string(),
  status: z.string(),
  rating: z.number(),
  changedAt: time,
});

export const player = z.looseObject({
  playerId: z.string(),
  profile: z
    .looseObject({ created_at: z.string(), games_played: z.int(), current_rating: z.number() })
    .optional(),
  ratings: z.record(z.string(), z.looseObject({})).optional().describe('By ladder'),
  ticketId: z.string().optional(),
  matchId: z.string().optional().describe('The live match that they are in'),
});

export const ladder = z.object({
  name: z.string(),
  season: z.int(),
  settings: ladderSettings,
  usedBy: z.array(z.string()).describe('Configurations whose results change it'),
  stored: z.boolean().describe('Whether anybody has set it or rated on it'),
  waiting: z.int().describe('Results and commands that its rater has not finished with'),
  underWay: z.enum(['correction', 'season']).optional().describe('What results wait for'),
});

export const ladders = z.object({ items: z.array(ladder) });
