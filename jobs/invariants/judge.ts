import {
  nobodyJoinsAnOverMatch,
  oneBackfillTicket,
  overMatchWantsNobody,
  shortMatchWantsPlayers,
} from './backfill.ts';
import { cachedRatingTrue, cachedSessionTrue } from './cache.ts';
import type { Check, Finding } from './check.ts';
import type { Diary } from './diary.ts';
import { failedMatchRecorded, matchEndedOnce, matchRecorded, outboxEmptied } from './effects.ts';
import { eventsInOrder, eventsKept } from './events.ts';
import { hostileJobKept, noCallFailed, noJobFailed } from './failed-jobs.ts';
import { matchWhole, ticketInOneMatch } from './matches.ts';
import { playerInOneMatch, playerInOneMatchByBackfill, playerInOneTicket } from './players.ts';
import { acceptanceCounts, leaverStaysOut, newerTicketHolds, stopHolds } from './promises.ts';
import { ratingBegins, ratingNumber, ratingValue, resultAsReported } from './rating-values.ts';
import { ratedOnce, ratingHistory } from './ratings.ts';
import { ruleSetSatisfied } from './rule-sets.ts';
import { endedSessionOver, playerInMatch, sessionKept, sessionRating } from './sessions.ts';
import { latestSettingInForce, newestSettingStands, pauseStands } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import { ticketEnded, ticketEndedInTime, ticketFindable, ticketIdUsedAgain, ticketKept } from './tickets.ts';

/**
 * Every check, by name. Invariant 7 shows as a break of 2 or 3, invariant 9 as a break of any; 10 is the
 * engine's alone, and its property tests judge it.
 */
export const checks = {
  'ticket kept': ticketKept,
  'ticket ended': ticketEnded,
  'ticket findable': ticketFindable,
  'ticket ended in time': ticketEndedInTime,
  'ticket id used again': ticketIdUsedAgain,
  'player in one ticket': playerInOneTicket,
  'player in one match': playerInOneMatch,
  'player in one match, backfill included': playerInOneMatchByBackfill,
  'ticket in one match': ticketInOneMatch,
  'one backfill ticket': oneBackfillTicket,
  'over match wants nobody': overMatchWantsNobody,
  'match whole': matchWhole,
  'nobody joins an over match': nobodyJoinsAnOverMatch,
  'match ended once': matchEndedOnce,
  'outbox emptied': outboxEmptied,
  'match recorded': matchRecorded,
  'failed match recorded': failedMatchRecorded,
  'short match wants players': shortMatchWantsPlayers,
  'player in the match told': playerInMatch,
  'cached session': cachedSessionTrue,
  'rated once': ratedOnce,
  'rating history': ratingHistory,
  'rating value': ratingValue,
  'rating number': ratingNumber,
  'rating begins': ratingBegins,
  'result as reported': resultAsReported,
  'session rating': sessionRating,
  'cached rating': cachedRatingTrue,
  'rule set satisfied': ruleSetSatisfied,
  'events kept': eventsKept,
  'events in order': eventsInOrder,
  'no job failed': noJobFailed,
  'hostile job kept': hostileJobKept,
  'no call failed': noCallFailed,
  'stop holds': stopHolds,
  'newer ticket holds': newerTicketHolds,
  'acceptance counts': acceptanceCounts,
  'leaver stays out': leaverStaysOut,
  'session kept': sessionKept,
  'ended session over': endedSessionOver,
  'latest setting in force': latestSettingInForce,
  'newest setting stands': newestSettingStands,
  'pause stands': pauseStands,
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof checks;

export interface Violation extends Finding {
  readonly check: CheckName;
  readonly invariant: number;
}

/**
 * Looks at a snapshot of the stores, and at what callers were told, for all that contradicts an invariant.
 */
export const judge = (held: Snapshot, diary: Diary): Violation[] =>
  (Object.keys(checks) as CheckName[]).flatMap((check) => {
    const { invariant, find }: Check = checks[check];
    return find(held, diary).map((finding) => ({ check, invariant, ...finding }));
  });

/** A violation in a line. */
export const toLine = ({ invariant, story }: Violation): string => `${invariant}: ${story}`;
