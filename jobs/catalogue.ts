import type { Job, QueueName } from './contract.ts';
import {
  putConfiguration,
  putRuleSet,
  readRecord,
  reportQueueLength,
  sweep,
} from './maintenance/maintenance.ts';
import { formMatches } from './matchmaking/form-matches.ts';
import { startMatchmaking } from './matchmaking/start-matchmaking.ts';
import { stopMatchmaking } from './matchmaking/stop-matchmaking.ts';
import { updateRatings } from './rating-update/update-ratings.ts';
import { createSession } from './session-creation/create-session.ts';
import { startMatch } from './session-creation/start-match.ts';

/** Every kind of work there is. Workers, producers and infrastructure loop over this list. */
export const catalogue: readonly Job[] = [
  createSession,
  startMatch,
  startMatchmaking,
  stopMatchmaking,
  formMatches,
  updateRatings,
  reportQueueLength,
  sweep,
  putRuleSet,
  putConfiguration,
  readRecord,
];

/** What a queue is to a worker: how many of its jobs one process runs at once. */
export const queues: Readonly<Record<QueueName, { readonly concurrency: number }>> = {
  'session-creation': { concurrency: 16 },
  matchmaking: { concurrency: 8 },
  /** Transactions of one fleet's results collide on popular players; more at once means more conflicts, not more matches. */
  'rating-update': { concurrency: 4 },
  maintenance: { concurrency: 4 },
};
