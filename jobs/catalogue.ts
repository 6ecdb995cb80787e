import type { Job, QueueName } from './contract.ts';
import { copyApiKeys, putApiKey } from './maintenance/api-keys.ts';
import { describeSettings } from './maintenance/change-settings.ts';
import { describeLadders } from './maintenance/describe-ladders.ts';
import { deliverEvents, forgetTickets, recordTickets, trimEvents } from './maintenance/follow-streams.ts';
import { keepActivity, readActivity, readPlayerHistory } from './maintenance/history.ts';
import {
  applyCommands,
  compareStores,
  describeTickets,
  dropTickets,
  listAudit,
  readRecord,
  reportQueueLength,
  sweep,
} from './maintenance/maintenance.ts';
import { describePlayer, measureLadders, predictChances, topOfLadder } from './maintenance/read-players.ts';
import { acceptMatch } from './matchmaking/accept-match.ts';
import { formMatches } from './matchmaking/form-matches.ts';
import { startBackfill } from './matchmaking/start-backfill.ts';
import { startMatchmaking } from './matchmaking/start-matchmaking.ts';
import { stopMatchmaking } from './matchmaking/stop-matchmaking.ts';
import { correctResult } from './rating-update/correct-result.ts';
import { deleteLadder } from './rating-update/delete-ladder.ts';
import { erasePlayer } from './rating-update/erase-player.ts';
import { giveRatings } from './rating-update/give-ratings.ts';
import { putLadder } from './rating-update/put-ladder.ts';
import { rateLadder } from './rating-update/rate-ladder.ts';
import { resetSeason } from './rating-update/reset-season.ts';
import { updateRatings } from './rating-update/update-ratings.ts';
import { createSession } from './session-creation/create-session.ts';
import { endSession } from './session-creation/end-session.ts';
import { expireSessions } from './session-creation/expire-sessions.ts';
import { playerLeft } from './session-creation/player-left.ts';
import { readSession } from './session-creation/read-session.ts';
import { startMatch } from './session-creation/start-match.ts';

/** Every kind of work there is. Workers, producers and infrastructure loop over this list. */
export const catalogue: readonly Job[] = [
  createSession,
  startMatch,
  endSession,
  playerLeft,
  readSession,
  expireSessions,
  startMatchmaking,
  stopMatchmaking,
  acceptMatch,
  startBackfill,
  formMatches,
  updateRatings,
  correctResult,
  rateLadder,
  resetSeason,
  putLadder,
  deleteLadder,
  giveRatings,
  erasePlayer,
  reportQueueLength,
  sweep,
  compareStores,
  trimEvents,
  deliverEvents,
  recordTickets,
  forgetTickets,
  dropTickets,
  describeTickets,
  applyCommands,
  listAudit,
  describeSettings,
  putApiKey,
  copyApiKeys,
  readRecord,
  describePlayer,
  topOfLadder,
  predictChances,
  describeLadders,
  measureLadders,
  keepActivity,
  readActivity,
  readPlayerHistory,
];

/**
 * What a queue is to a worker: how many of its jobs one process runs at once. High where handlers of concurrent jobs
 * share their round trips, since then more at once means larger batches.
 */
export const queues: Readonly<Record<QueueName, { readonly concurrency: number }>> = {
  'session-creation': { concurrency: 64 },
  matchmaking: { concurrency: 32 },
  'rating-update': { concurrency: 50 },
  maintenance: { concurrency: 4 },
};
