import { apiKeyCalls } from './api-keys.ts';
import { backfillCalls } from './backfill.ts';
import type { ClientOptions } from './client-options.ts';
import { type ClientParts, openParts } from './client-parts.ts';
import { commandCalls } from './command-calls.ts';
import { describingCalls } from './describe-tickets.ts';
import { eventCalls } from './event-calls.ts';
import { givenRatingCalls } from './given-ratings.ts';
import { ladderCalls } from './live/ladders.ts';
import { liveCalls } from './live/live.ts';
import { matchmakingCalls } from './matchmaking.ts';
import type { MatchmakingClient } from './matchmaking-client.ts';
import { noticeCalls } from './notices.ts';
import type { OperatorClient } from './operator-client.ts';
import { queueCalls } from './queue-calls.ts';
import { recordCalls } from './record-calls.ts';
import { resultCalls } from './results.ts';
import { rollbackCalls } from './rollback.ts';
import { sessionCalls } from './sessions.ts';
import { settingCalls } from './settings.ts';

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
