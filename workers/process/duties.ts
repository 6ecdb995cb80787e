import { signed } from '../../jobs/commands.ts';
import type { Job, QueueName } from '../../jobs/contract.ts';
import {
  deliverEvents,
  forgetTickets,
  recordTickets,
  trimEvents,
} from '../../jobs/maintenance/follow-streams.ts';
import {
  applyCommands,
  compareStores,
  describeTickets,
  dropTickets,
  listAudit,
  readRecord,
  reportQueueLength,
  sweep,
} from '../../jobs/maintenance/maintenance.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { acceptMatch } from '../../jobs/matchmaking/accept-match.ts';
import { formMatches } from '../../jobs/matchmaking/form-matches.ts';
import { startBackfill } from '../../jobs/matchmaking/start-backfill.ts';
import { startMatchmaking } from '../../jobs/matchmaking/start-matchmaking.ts';
import { stopMatchmaking } from '../../jobs/matchmaking/stop-matchmaking.ts';
import { correctResult } from '../../jobs/rating-update/correct-result.ts';
import { deleteLadder } from '../../jobs/rating-update/delete-ladder.ts';
import { giveRatings } from '../../jobs/rating-update/give-ratings.ts';
import { putLadder } from '../../jobs/rating-update/put-ladder.ts';
import { rateLadder } from '../../jobs/rating-update/rate-ladder.ts';
import { resetSeason } from '../../jobs/rating-update/reset-season.ts';
import { updateRatings } from '../../jobs/rating-update/update-ratings.ts';
import { createSession } from '../../jobs/session-creation/create-session.ts';
import { endSession } from '../../jobs/session-creation/end-session.ts';
import { expireSessions } from '../../jobs/session-creation/expire-sessions.ts';
import { playerLeft } from '../../jobs/session-creation/player-left.ts';
import { readSession } from '../../jobs/session-creation/read-session.ts';
import { startMatch } from '../../jobs/session-creation/start-match.ts';
import { applyCommandsOf } from '../maintenance/apply-commands.ts';
import { type CompareStores, compareWithRecord } from '../maintenance/compare.ts';
import { deliverToTopics } from '../maintenance/deliver-events.ts';
import { describeEnded } from '../maintenance/describe-tickets.ts';
import { dropOldTickets } from '../maintenance/drop-tickets.ts';
import { endOldMatches } from '../maintenance/end-old-matches.ts';
import { forgetEnded } from '../maintenance/forget-tickets.ts';
import { historyDuties } from '../maintenance/history.ts';
import { listDecisions } from '../maintenance/list-audit.ts';
import { publishReports } from '../maintenance/publish-reports.ts';
import { readRecords } from '../maintenance/read-record.ts';
import { recordEndings } from '../maintenance/record-tickets.ts';
import { reportQueues } from '../maintenance/report-queue-length.ts';
import type { Topics } from '../maintenance/topics.ts';
import { trimStream } from '../maintenance/trim-events.ts';
import { acceptProposals } from '../matchmaking/accept-match.ts';
import { wake } from '../matchmaking/beat.ts';
import { formMatchesOfPool } from '../matchmaking/form-matches.ts';
import { handOver } from '../matchmaking/hand-over.ts';
import { openRatings } from '../matchmaking/rating-attributes.ts';
import { startBackfills } from '../matchmaking/start-backfill.ts';
import { startTickets } from '../matchmaking/start-matchmaking.ts';
import { stopTickets } from '../matchmaking/stop-matchmaking.ts';
import type { Retention } from '../pool/events.ts';
import { askLadders } from '../rating-update/ask-ladder.ts';
import { rateLadders } from '../rating-update/rate-ladder.ts';
import { recordResults } from '../rating-update/update-ratings.ts';
import type { Queues } from '../runtime/enqueue.ts';
import { type Duty, duty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';
import { createSessions } from '../session-creation/create-session.ts';
import { endSessions } from '../session-creation/end-session.ts';
import { expireOldSessions } from '../session-creation/expire-sessions.ts';
import { leavePlayers } from '../session-creation/player-left.ts';
import { readSessions } from '../session-creation/read-session.ts';
import { startMatches } from '../session-creation/start-match.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import { apiDuties } from './api-duties.ts';
import { eraseDuty, playerDuties } from './player-duties.ts';
import type { Stores } from './stores.ts';

export interface DutyParts {
  readonly stores: Stores;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly reportSlotMs: number;
  /** How long (ms) a match is live of which nobody reports a result. */
  readonly matchTtlMs: number;
  readonly events: EventParts;
  readonly ended: EndedParts;
}

/** How long tickets that have ended stay, and decisions on operators' commands. */
interface EndedParts {
  readonly auditDays: number;
  readonly days: number;
  readonly readableMs: number;
}

export interface EventParts {
  readonly topics: Topics;
  /** The topic that hears the whole fleet's events. */
  readonly fleetTopic: string | undefined;
  readonly retention: Retention;
}

/** Every contract with its handler and the stores it needs, by queue: the fleet at a glance. */
export function allDuties(parts: DutyParts): Record<QueueName, readonly Duty[]> {
  const { stores, queues, metrics, log, reportSlotMs, matchTtlMs } = parts;
  const { pool, database, ...records } = stores;
  const configurations = stores.installed;
  const { observe } = metrics;
  const service = 'matchmaking';
  const deciding = { pool, configurations, wake: wake(queues) };
  const rate = openRatings(records);
  const ladders = askLadders({ ...records, pool, wake: wakeLadder(queues) });
  const unready = (configuration: string, err: unknown) =>
    log.error({ configuration, err }, 'configuration cannot run here');
  const decided = (match: CommittedMatch, now: number) => {
    const { configuration, tickets, backfill, asOf } = match;
    serveTickets(records.tracer, match);
    observe('MatchesCreated', 1, { service, configuration });
    // Those in a running match do not wait to play.
    for (const ticket of tickets.filter(({ ticketId }) => ticketId !== backfill?.ticketId))
      observe('MatchmakingTime', now - asOf + ticket.age, { service, configuration });
  };

  return {
    'session-creation': sessionDuties(parts),
    matchmaking: [
      duty(startMatchmaking, startTickets({ ...deciding, tickets: records.tickets })),
      duty(stopMatchmaking, stopTickets(deciding)),
      duty(acceptMatch, acceptProposals(deciding)),
      duty(startBackfill, startBackfills({ ...deciding, tickets: records.tickets })),
      duty(
        formMatches,
        formMatchesOfPool({
          pool,
          configurations,
          rate,
          wake: wake(queues),
          handOver: handOver(queues),
          observe: {
            started: (configuration, count) => observe('TicketsStarted', count, { service, configuration }),
            ratingsAway: (configuration, err) =>
              log.warn(
                { configuration, err },
                'ratings cannot be read: tickets that wait for them are not matched',
              ),
            committed: decided,
            outboxFull: (configuration) => observe('CyclesPaused', 1, { service, configuration }),
            unready,
          },
        }),
      ),
    ],
    'rating-update': [
      duty(updateRatings, recordResults(pool, wakeLadder(queues))),
      duty(
        rateLadder,
        rateLadders({
          ...records,
          pool,
          wake: wakeLadder(queues),
          onRated: (playerId, rating) =>
            observe('PlayerRating', rating, { service: 'rating-update', playerId }),
          onRefused: (matchId, reason) => log.warn({ match: matchId, reason }, 'a result was refused'),
          onPlayerRefused: (playerId, reason) =>
            log.error({ player: playerId, reason }, 'a rating cannot be put on record'),
        }),
      ),
      ...[correctResult, resetSeason, putLadder, deleteLadder, giveRatings].map((job) =>
        duty(signed(job as Job), ladders),
      ),
      eraseDuty(stores, queues),
    ],
    maintenance: [
      duty(reportQueueLength, reportQueues(queues.queues, pool, reportSlotMs, publishReports(metrics))),
      duty(sweep, endOldMatches(stores, matchTtlMs)),
      duty(compareStores, compareWithRecord({ ...stores, observe: comparing(log) })),
      ...eventDuties(parts),
      duty(applyCommands, applyCommandsOf(stores)),
      duty(listAudit, listDecisions(records.audit)),
      ...apiDuties(stores),
      ...playerDuties(stores),
      duty(readRecord, readRecords(database.db)),
      duty(describeTickets, describeEnded(records)),
    ],
  };
}

/** Sessions, and the matches that their players are in. */
function sessionDuties({ stores, queues, metrics, log }: DutyParts): Duty[] {
  const service = 'session-creation';
  return [
    duty(
      createSession,
      createSessions({
        ...stores,
        onCreated: (ms) => metrics.observe('SessionCreationLatency', ms, { service }),
      }),
    ),
    duty(
      startMatch,
      startMatches({
        ...stores,
        queues,
        onRefused: (matchId, reason) => log.error({ match: matchId, reason }, 'DocumentDB refuses a match'),
      }),
    ),
    duty(endSession, endSessions(stores)),
    duty(playerLeft, leavePlayers(stores)),
    duty(readSession, readSessions(stores)),
    duty(
      expireSessions,
      expireOldSessions({
        ...stores,
        onRefused: (session, reason) =>
          log.error({ session, reason }, 'DocumentDB refuses to expire a session'),
      }),
    ),
  ];
}

const comparing = (log: Log): CompareStores['observe'] => ({
  waiting: (waitedMs, err) =>
    log.warn(
      { waitedMs, err },
      'no match is decided: the queue Redis has started or taken over, and DocumentDB, to compare it with, is away',
    ),
  compared: (found, waitedMs) =>
    log.warn(
      { ...found, waitedMs },
      'the queue Redis has started or taken over; it has been compared with DocumentDB',
    ),
});

const endedAs = {
  CANCELLED: 'TicketsCancelled',
  TIMED_OUT: 'TicketsTimedOut',
  FAILED: 'TicketsFailed',
} as const;

/** Upkeep of the event stream, and everybody who follows it. */
function eventDuties({ stores, metrics, log, events, ended }: DutyParts): Duty[] {
  const { pool, tickets, audit } = stores;
  const { topics, fleetTopic, retention } = events;
  const { observe } = metrics;
  const following = {
    lag: (seconds: number) => observe('EventLag', seconds, { service: 'maintenance' }),
    lost: (follower: string, count: number) => {
      observe('EventsLost', count, { service: 'maintenance' });
      log.error({ follower, count }, 'events were forgotten before a follower took them');
    },
    failed: (follower: string, err: unknown) =>
      log.warn({ follower, err }, 'events wait: a follower could not take them'),
  };

  return [
    duty(trimEvents, trimStream(pool, retention)),
    duty(
      deliverEvents,
      deliverToTopics({
        pool,
        topics,
        fleetTopic,
        observe: following,
        onDelivered: (topic, accepted, refused) => {
          observe('EventsDelivered', accepted, { service: 'maintenance' });
          if (refused.length === 0) return;
          observe('EventsRefused', refused.length, { service: 'maintenance' });
          log.warn(
            { topic, refused: refused.length, reason: refused[0]?.reason },
            'a topic refused events for good',
          );
        },
      }),
    ),
    duty(
      recordTickets,
      recordEndings({
        pool,
        tickets,
        observe: following,
        onEnded: (configuration, status, count) =>
          observe(endedAs[status], count, { service: 'matchmaking', configuration }),
        onRefused: (ticketId, reason) =>
          log.error({ ticket: ticketId, reason }, 'an ending cannot be put on record'),
      }),
    ),
    duty(
      forgetTickets,
      forgetEnded(pool, { readableMs: ended.readableMs, refusedReadableMs: ended.days * 24 * 3_600_000 }),
    ),
    duty(dropTickets, dropOldTickets({ pool, tickets, audit }, ended)),
    ...historyDuties(stores),
  ];
}
