import { z } from 'zod';
import { ladderSettings } from '../../../jobs/ladder/ladder.ts';

/** What answers look like. OpenAPI says it of them; a test holds real answers to it. */

const time = z.iso.datetime();

export const startedTicket = z.object({
  ticketId: z.string(),
  status: z.literal('SEARCHING'),
  startTime: time,
});

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
