import type { EventType } from '../../jobs/event/event.ts';

/** What the pool's latest pass found, for events that say so. */
export const rules = [{ ruleName: 'Close', passedCount: 3, failedCount: 4 }];

const withTeam = ['playerId', 'team'];
const answered = [...withTeam, 'accepted'];
const ended = ['reason', 'message', 'ruleEvaluationMetrics'];
const offer = ['matchId', 'acceptanceRequired', 'ruleEvaluationMetrics'];

interface EventRow {
  readonly type: EventType;
  readonly ticketId: string;
  /** Keys of `detail` beside the common ones. */
  readonly keys: readonly string[];
  /** Keys of the first ticket's player. */
  readonly player: readonly string[];
  readonly detail?: object;
}

/** Players of a backfill ticket are on their teams all along; who searches is shown without, as everybody. */
export const backfillRows: readonly EventRow[] = [
  {
    type: 'MatchmakingSearching',
    ticketId: 'filled',
    keys: ['estimatedWaitMillis'],
    player: ['playerId'],
  },
  {
    type: 'PotentialMatchCreated',
    ticketId: 'filled',
    keys: offer,
    player: withTeam,
    detail: { matchId: 'again' },
  },
  { type: 'MatchmakingSucceeded', ticketId: 'filled', keys: ['matchId'], player: withTeam },
  { type: 'MatchmakingCancelled', ticketId: 'fill-stopped', keys: ended, player: withTeam },
  { type: 'MatchmakingTimedOut', ticketId: 'fill-late', keys: ended, player: withTeam },
  { type: 'MatchmakingFailed', ticketId: 'fill-unfit', keys: ['reason', 'message'], player: withTeam },
];

export const eventRows: readonly EventRow[] = [
  {
    type: 'MatchmakingSearching',
    ticketId: 'placed-a',
    keys: ['estimatedWaitMillis'],
    player: ['playerId'],
    detail: { estimatedWaitMillis: 'NOT_AVAILABLE' },
  },
  {
    type: 'PotentialMatchCreated',
    ticketId: 'placed-a',
    keys: offer,
    player: withTeam,
    detail: { matchId: 'placed', acceptanceRequired: false },
  },
  {
    type: 'PotentialMatchCreated',
    ticketId: 'agreed-a',
    keys: [...offer, 'acceptanceTimeout'],
    player: withTeam,
    detail: { acceptanceRequired: true, acceptanceTimeout: 30 },
  },
  { type: 'AcceptMatch', ticketId: 'agreed-a', keys: ['matchId'], player: answered },
  {
    type: 'AcceptMatchCompleted',
    ticketId: 'agreed-a',
    keys: ['matchId', 'acceptance'],
    player: answered,
    detail: { acceptance: 'Accepted' },
  },
  {
    type: 'AcceptMatchCompleted',
    ticketId: 'refused-a',
    keys: ['matchId', 'acceptance'],
    player: answered,
    detail: { acceptance: 'Rejected' },
  },
  {
    type: 'AcceptMatchCompleted',
    ticketId: 'ignored-a',
    keys: ['matchId', 'acceptance'],
    player: withTeam,
    detail: { acceptance: 'TimedOut' },
  },
  { type: 'MatchmakingSucceeded', ticketId: 'placed-a', keys: ['matchId'], player: withTeam },
  {
    type: 'MatchmakingTimedOut',
    ticketId: 'late',
    keys: ended,
    player: ['playerId'],
    detail: {
      reason: 'TimedOut',
      message: 'Removed from matchmaking due to timing out.',
      ruleEvaluationMetrics: rules,
    },
  },
  {
    type: 'MatchmakingCancelled',
    ticketId: 'stopped',
    keys: ended,
    player: ['playerId'],
    detail: { reason: 'Cancelled', message: 'Cancelled by request.', ruleEvaluationMetrics: rules },
  },
  {
    type: 'MatchmakingCancelled',
    ticketId: 'refused-a',
    keys: [...ended, 'matchId'],
    player: ['playerId'],
    detail: { matchId: 'refused', reason: 'Cancelled' },
  },
  {
    type: 'MatchmakingFailed',
    ticketId: 'failed-a',
    keys: [...ended, 'matchId'],
    player: withTeam,
    detail: { reason: 'PlacementFailed', ruleEvaluationMetrics: rules },
  },
  {
    type: 'MatchmakingFailed',
    ticketId: 'unfit',
    keys: ['reason', 'message'],
    player: ['playerId'],
    detail: { reason: 'InvalidTicket', message: 'players: none' },
  },
];
