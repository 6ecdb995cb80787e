import type { QueueName } from '../../jobs/contract.ts';
import { copyApiKeysDuty, putApiKeyDuty } from '../maintenance/api-keys.ts';
import { applyCommandsDuty } from '../maintenance/apply-commands.ts';
import { compareStoresDuty } from '../maintenance/compare.ts';
import { deliverEventsDuty } from '../maintenance/deliver-events.ts';
import { describeLaddersDuty } from '../maintenance/describe-ladders.ts';
import { describeSettingsDuty } from '../maintenance/describe-settings.ts';
import { describeTicketsDuty } from '../maintenance/describe-tickets.ts';
import { dropTicketsDuty } from '../maintenance/drop-tickets.ts';
import { sweepDuty } from '../maintenance/end-old-matches.ts';
import { forgetTicketsDuty } from '../maintenance/forget-tickets.ts';
import { keepActivityDuty, readActivityDuty } from '../maintenance/history.ts';
import { listAuditDuty } from '../maintenance/list-audit.ts';
import { measureLaddersDuty } from '../maintenance/measure-ladders.ts';
import { describePlayerDuty, predictChancesDuty, topOfLadderDuty } from '../maintenance/read-players.ts';
import { readRecordDuty } from '../maintenance/read-record.ts';
import { recordTicketsDuty } from '../maintenance/record-tickets.ts';
import { reportQueueLengthDuty } from '../maintenance/report-queue-length.ts';
import type { Topics } from '../maintenance/topics.ts';
import { trimEventsDuty } from '../maintenance/trim-events.ts';
import { acceptMatchDuty } from '../matchmaking/accept-match.ts';
import { formMatchesDuty } from '../matchmaking/form-matches.ts';
import { startBackfillDuty } from '../matchmaking/start-backfill.ts';
import { startMatchmakingDuty } from '../matchmaking/start-matchmaking.ts';
import { stopMatchmakingDuty } from '../matchmaking/stop-matchmaking.ts';
import { ladderCommandDuties } from '../rating-update/ask-ladder.ts';
import { erasePlayerDuty } from '../rating-update/erase-player.ts';
import { rateLadderDuty } from '../rating-update/rate-ladder.ts';
import { updateRatingsDuty } from '../rating-update/update-ratings.ts';
import type { Duty, DutyTools, OpenDuty } from '../runtime/handler.ts';
import { createSessionDuty } from '../session-creation/create-session.ts';
import { endSessionDuty } from '../session-creation/end-session.ts';
import { expireSessionsDuty } from '../session-creation/expire-sessions.ts';
import { playerLeftDuty } from '../session-creation/player-left.ts';
import { readSessionDuty } from '../session-creation/read-session.ts';
import { startMatchDuty } from '../session-creation/start-match.ts';
import type { Stores } from './stores.ts';

type DutyStores = Stores & { readonly topics: Topics };

/** The fleet at a glance: what is done on each queue. */
const duties: Readonly<Record<QueueName, readonly OpenDuty<DutyStores>[]>> = {
  'session-creation': [
    createSessionDuty,
    startMatchDuty,
    endSessionDuty,
    playerLeftDuty,
    readSessionDuty,
    expireSessionsDuty,
  ],
  matchmaking: [
    startMatchmakingDuty,
    stopMatchmakingDuty,
    acceptMatchDuty,
    startBackfillDuty,
    formMatchesDuty,
  ],
  'rating-update': [updateRatingsDuty, rateLadderDuty, ...ladderCommandDuties, erasePlayerDuty],
  maintenance: [
    reportQueueLengthDuty,
    sweepDuty,
    compareStoresDuty,
    trimEventsDuty,
    deliverEventsDuty,
    recordTicketsDuty,
    forgetTicketsDuty,
    dropTicketsDuty,
    keepActivityDuty,
    readActivityDuty,
    applyCommandsDuty,
    listAuditDuty,
    describeSettingsDuty,
    putApiKeyDuty,
    copyApiKeysDuty,
    describePlayerDuty,
    topOfLadderDuty,
    describeLaddersDuty,
    predictChancesDuty,
    measureLaddersDuty,
    readRecordDuty,
    describeTicketsDuty,
  ],
};

/** Each contract of a queue with its handler. */
export const openDuties = (queue: QueueName, stores: DutyStores, tools: DutyTools): Duty[] =>
  duties[queue].map((open) => open(stores, tools));
