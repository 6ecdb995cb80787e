import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import type { EventType } from '../../jobs/event/event.ts';
import type { Call, Diary } from '../../jobs/invariants/diary.ts';
import { toHeldEvent } from '../../jobs/invariants/held-event.ts';
import type { HeldTicket, Snapshot, StoredMatch, StoredSession } from '../../jobs/invariants/snapshot.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { newcomer, type Rating, rateMatch, visibleRating } from '../../jobs/ladder/rating.ts';
import { duelRuleSet } from './builders.ts';

/** What a test changes to plant a violation. */
export interface Evening {
  held: { -readonly [Part in keyof Snapshot]: Snapshot[Part] };
  diary: { -readonly [Part in keyof Diary]: Diary[Part] };
}

const brawlRuleSet = JSON.stringify({
  name: 'brawl',
  ruleLanguageVersion: '1.0',
  teams: [{ name: 'gang', quantity: 2, minPlayers: 1, maxPlayers: 3 }],
});

export const result = {
  teams: [
    { name: 'side_1', rank: 1 },
    { name: 'side_2', rank: 2 },
  ],
};

const inForce = (name: string, body: string, backfillMode: 'MANUAL' | 'AUTOMATIC') =>
  ({
    version: 1,
    configuration: { name, ruleSetName: name, requestTimeoutSeconds: 60, backfillMode },
    ruleSet: { name, version: 1, body },
  }) as unknown as InstalledConfiguration;

const ticket = (ticketId: string, status: HeldTicket['status'], matchId = ''): HeldTicket => ({
  ticketId,
  configuration: 'duel',
  status,
  reason: '',
  matchId,
  playerIds: [ticketId],
  start: 1_000,
  end: 3_000,
  pool: 'duel',
});

const player = (playerId: string) => ({ playerId, attributes: { skill: { N: 10 } } });

const match = (_id: string, configuration: string, teams: StoredMatch['teams']): StoredMatch => ({
  _id,
  configuration,
  ladder: 'default',
  rule_set: { name: configuration, version: 1 },
  status: 'COMPLETED',
  now: 2_000,
  created_at: 2_500,
  tickets: teams
    .flatMap((team) => team.playerIds)
    .map((ticketId) => ({
      ticketId,
      startTime: 1_000,
      sequence: 1,
      age: 1_000,
      players: [player(ticketId)],
    })),
  teams,
});

const session = (player_id: string, status: StoredSession['status'], rating: number): StoredSession => ({
  _id: `session-${player_id}`,
  player_id,
  status,
  rating,
  timestamp: 4_000,
  created_at: 500,
});

type Told = [type: EventType, ids: string[], detail?: Record<string, unknown>];

const told = (rows: readonly Told[]) =>
  rows.map(([type, ids, detail = {}], at) =>
    toHeldEvent(type, 1_000 + at, {
      ...detail,
      tickets: ids.map((ticketId) => ({ ticketId, players: [{ playerId: ticketId }] })),
    }),
  );

/**
 * Ann and Bob asked, were matched, played, and were rated; Eve asked and took it back; Cid and Dot play a
 * brawl that wants more players.
 */
export function goodEvening(): Evening {
  const duel = match('m', 'duel', [
    { name: 'side_1', playerIds: ['ann'] },
    { name: 'side_2', playerIds: ['bob'] },
  ]);
  const brawl = match('g', 'brawl', [
    { name: 'gang_1', playerIds: ['cid'] },
    { name: 'gang_2', playerIds: ['dot'] },
  ]);
  const after = rateMatch(
    ['ann', 'bob'].map((playerId) => [{ playerId, rating: newcomer }]),
    { rank: [1, 2] },
    { at: 2_000, season: 0 },
    defaultSettings,
  );
  const ratingOf = (id: string): Rating => after.get(id) ?? newcomer;
  const installed = [inForce('duel', duelRuleSet, 'MANUAL'), inForce('brawl', brawlRuleSet, 'AUTOMATIC')];
  const sessions = [
    ...['ann', 'bob'].map((id) => session(id, 'ACTIVE', visibleRating(ratingOf(id)))),
    ...['cid', 'dot'].map((id) => session(id, 'ACTIVE', 1_500)),
  ];
  const decided = { acceptanceRequired: false };
  const held: Snapshot = {
    takenAt: 5_000,
    tickets: [
      ...['ann', 'bob'].map((id) => ticket(id, 'COMPLETED', 'm')),
      ticket('eve', 'CANCELLED'),
      ...['cid', 'dot'].map((id) => ({ ...ticket(id, 'COMPLETED', 'g'), configuration: 'brawl' })),
      { ...ticket('backfill-g', 'SEARCHING'), configuration: 'brawl', pool: 'brawl', fills: 'g' },
    ],
    pools: new Map([['brawl', ['backfill-g']]]),
    proposals: [],
    outbox: [],
    live: new Map([['g', { playerIds: ['cid', 'dot'], quiet: false, backfill: 'backfill-g' }]]),
    playing: new Map(['cid', 'dot'].map((id) => [id, 'g'])),
    events: told([
      ['MatchmakingSearching', ['ann']],
      ['MatchmakingSearching', ['bob']],
      ['MatchmakingSearching', ['eve']],
      ['PotentialMatchCreated', ['ann', 'bob'], { matchId: 'm', ...decided }],
      ['MatchmakingSucceeded', ['ann', 'bob'], { matchId: 'm' }],
      ['MatchmakingCancelled', ['eve']],
      ['MatchmakingSearching', ['cid']],
      ['MatchmakingSearching', ['dot']],
      ['PotentialMatchCreated', ['cid', 'dot'], { matchId: 'g', ...decided }],
      ['MatchmakingSucceeded', ['cid', 'dot'], { matchId: 'g' }],
      ['MatchmakingSearching', ['backfill-g']],
    ]),
    eventsComplete: true,
    installed: installed.map((it) => ({ ...it, paused: false })),
    failedJobs: [{ id: 'hostile', kind: 'stop-matchmaking', reason: 'not an envelope' }],
    matches: [{ ...duel, result, rated_at: 4_000 }, brawl],
    claims: ['ann', 'bob'].map((_id) => ({ _id, match_id: 'm', status: 'COMPLETED' })),
    players: ['ann', 'bob', 'cid'].map((_id) => ({
      _id,
      profile: { games_played: after.has(_id) ? 1 : 0, current_rating: visibleRating(ratingOf(_id)) },
      ratings: after.has(_id) ? { default: ratingOf(_id) } : {},
    })),
    sessions,
    ratingChanges: ['ann', 'bob'].map((player_id) => ({
      ladder: 'default',
      match_id: 'm',
      player_id,
      revision: 0,
      before: newcomer,
      after: ratingOf(player_id),
      at: 2_000,
      season: 0,
      settings: defaultSettings,
    })),
    configurations: installed,
    ruleSets: installed.map((it) => it.ruleSet),
    cache: {
      sessions: new Map(
        sessions.map(({ _id, player_id, status, rating }) => [
          _id,
          { player_id, status, rating: String(rating) },
        ]),
      ),
      ratings: new Map([['ann', { rating: String(visibleRating(ratingOf('ann'))), version: '1' }]]),
    },
  };
  return { held, diary: goodDiary() };
}

const at = (askedAt: number, toldAt = askedAt + 10) => ({ askedAt, toldAt, told: 'yes' as const });

function goodDiary(): Diary {
  const calls: Call[] = [
    ...['ann', 'bob', 'eve', 'cid', 'dot'].map((ticketId) => ({
      kind: 'start' as const,
      ticketId,
      configuration: 'duel',
      playerIds: [ticketId],
      ...at(990),
    })),
    ...['ann', 'bob', 'cid', 'dot'].map((playerId) => ({
      kind: 'create-session' as const,
      sessionId: `session-${playerId}`,
      playerId,
      ...at(400),
    })),
    { kind: 'stop', ticketId: 'eve', ...at(1_004) },
    { kind: 'report-result', matchId: 'm', result: { matchId: 'm', ...result }, ...at(3_500) },
    { kind: 'put-configuration', name: 'duel', configuration: { requestTimeoutSeconds: 60 }, ...at(100) },
    { kind: 'put-rule-set', name: 'duel', body: duelRuleSet, ...at(50) },
    { kind: 'pause', name: 'duel', paused: true, ...at(200) },
    { kind: 'pause', name: 'duel', paused: false, ...at(300) },
  ];
  return {
    calls,
    settled: true,
    endingHeardAt: new Map(['ann', 'bob', 'eve', 'cid', 'dot'].map((id) => [id, 3_100])),
    clockMoved: false,
    takenBack: [],
    disturbances: [],
    hostileJobs: new Map([['hostile', true]]),
    gaps: [],
  };
}
