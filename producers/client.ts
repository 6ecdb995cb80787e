import { apiKeyCalls } from './calls/api-keys.ts';
import { backfillCalls } from './calls/backfill.ts';
import { commandCalls } from './calls/commands.ts';
import { describingCalls } from './calls/describe-tickets.ts';
import { eventCalls } from './calls/events.ts';
import { givenRatingCalls } from './calls/given-ratings.ts';
import { matchmakingCalls } from './calls/matchmaking.ts';
import { noticeCalls } from './calls/notices.ts';
import { queueCalls } from './calls/queues.ts';
import { recordCalls } from './calls/records.ts';
import { resultCalls } from './calls/results.ts';
import { rollbackCalls } from './calls/rollback.ts';
import { sessionCalls } from './calls/sessions.ts';
import { settingCalls } from './calls/settings.ts';
import type { ClientOptions } from './client-options.ts';
import { type ClientParts, openParts } from './client-parts.ts';
import { ladderCalls } from './live/ladders.ts';
import { liveCalls } from './live/live.ts';
import type { MatchmakingClient } from './matchmaking-client.ts';
import type { OperatorClient } from './operator-client.ts';

export interface FleetClient extends MatchmakingClient, OperatorClient {}

/**
 * Opens a client of a fleet. Throws `invalid-request` for a missing, unknown or bad option, by name, and
 * `unavailable` with the address of the queue Redis and the cause when it cannot be used.
 */
export const openClient = async (options: ClientOptions): Promise<FleetClient> =>
  clientOf(await openParts(options));

/** The calls, on what they are made of. */
export function clientOf(parts: ClientParts): FleetClient {
  return {
    ...sessionCalls(parts),
    ...matchmakingCalls(parts),
    ...describingCalls(parts),
    ...backfillCalls(parts),
    ...resultCalls(parts),
    ...eventCalls(parts),
    ...noticeCalls(parts),
    ...liveCalls(parts),
    ...ladderCalls(parts),
    ...recordCalls(parts),
    ...commandCalls(parts),
    ...rollbackCalls(parts),
    ...settingCalls(parts),
    ...givenRatingCalls(parts),
    ...queueCalls(parts),
    ...apiKeyCalls(parts),
    [Symbol.asyncDispose]: parts[Symbol.asyncDispose],
  };
}
