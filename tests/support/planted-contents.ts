import { toHeldEvent } from '../../jobs/invariants/held-event.ts';
import type { CheckName } from '../../jobs/invariants/judge.ts';
import type { StoredPlayer, StoredRatingChange, StoredSession } from '../../jobs/invariants/snapshot.ts';
import { type Evening, result } from './good-evening.ts';
import { again, all, aMatch, calls, type Planted, patch, told } from './planting.ts';

const aSession = (playerId: string, to: Partial<StoredSession>) => (evening: Evening) => {
  evening.held.sessions = patch(evening.held.sessions, (it) => it.player_id === playerId, to);
};
const aChange = (playerId: string, to: Partial<StoredRatingChange>) => (evening: Evening) => {
  evening.held.ratingChanges = patch(evening.held.ratingChanges, (it) => it.player_id === playerId, to);
};
const aPlayer = (playerId: string, to: Partial<StoredPlayer>) => (evening: Evening) => {
  evening.held.players = patch(evening.held.players, (it) => it._id === playerId, to);
};
const cached =
  (kind: 'sessions' | 'ratings', id: string, to: Record<string, string>) => (evening: Evening) => {
    const cache = evening.held.cache ?? { sessions: new Map(), ratings: new Map() };
    evening.held.cache = {
      ...cache,
      [kind]: new Map([...cache[kind], [id, { ...cache[kind].get(id), ...to }]]),
    };
  };
const failed = (id: string, kind: string) => (evening: Evening) => {
  evening.held.failedJobs = [...evening.held.failedJobs, { id, kind, reason: 'why' }];
};
const accept = (ticketId: string) =>
  calls({
    kind: 'accept',
    ticketId,
    matchId: 'p',
    playerIds: [ticketId],
    acceptance: 'ACCEPT',
    ...told(1_003),
  });
const leave = (matchId: string, playerId: string) =>
  calls({ kind: 'player-left', matchId, playerId, ...told(3_000) });
/** Eve's ticket was asked about a match, and ended with the proposal. */
const proposalFails = ({ held, diary }: Evening) => {
  const of = (detail: Record<string, unknown>) => ({
    matchId: 'p',
    ...detail,
    tickets: [{ ticketId: 'eve', players: [{ playerId: 'eve' }] }],
  });
  held.events = held.events.toSpliced(
    5,
    0,
    toHeldEvent('PotentialMatchCreated', 1_002, of({ acceptanceRequired: true })),
    toHeldEvent('AcceptMatchCompleted', 1_004, of({ acceptance: 'TimedOut' })),
  );
  diary.calls = diary.calls.filter((call) => call.kind !== 'stop');
};

/** For each check of contents and promises at least one way to break it. */
export const plantedContents = {
  'player in the match told': [
    [
      'player cid is told to be in match m and is not',
      ({ held }) => (held.playing = new Map([...held.playing, ['cid', 'm']])),
    ],
    [
      'player cid is in match g and is told to be in none',
      ({ held }) => (held.playing = new Map([['dot', 'g']])),
    ],
  ],
  'cached session': [
    [
      'the cache shows session session-cid as ENDED of player cid, rating 1500; the record says ACTIVE of player cid, rating 1500',
      cached('sessions', 'session-cid', { status: 'ENDED' }),
    ],
  ],
  'rated once': [
    [
      'match m of 2 players changed the ratings of 1',
      ({ held }) => (held.ratingChanges = held.ratingChanges.slice(1)),
    ],
    [
      'match m of 2 players changed the ratings of 3',
      ({ held }) => (held.ratingChanges = [...held.ratingChanges, held.ratingChanges[0]!]),
    ],
    ['match n was rated without a result', aChange('bob', { match_id: 'n' })],
    [
      'match g of 2 players changed the ratings of 0',
      calls({ kind: 'report-result', matchId: 'g', ...told(3_000) }),
    ],
  ],
  'rating history': [
    [
      'player ann played 1 games, rated were 0',
      ({ held }) => (held.ratingChanges = held.ratingChanges.slice(1)),
    ],
    [
      'the history of player bob is broken',
      ({ held }) =>
        (held.ratingChanges = held.ratingChanges.map((it) => ({
          ...it,
          before: { ...it.before, version: 7 },
        }))),
    ],
  ],
  'rating value': [
    [
      /^match m led player ann to mu 27\.\d+ and sigma 7\.\d+, its result to mu 22\.\d+/,
      aMatch('m', {
        result: { teams: result.teams.map(({ name, rank }) => ({ name, rank: 3 - rank })) },
      }),
    ],
  ],
  'rating number': [
    [
      'match m led player ann to mu NaN and sigma 8',
      aChange('ann', {
        after: { mu: Number.NaN, sigma: 8, version: 1, games: 1, at: 0, season: 0 },
      }),
    ],
    [
      'player cid is shown as 1700 and rated 1500',
      aPlayer('cid', { profile: { games_played: 0, current_rating: 1_700 } }),
    ],
  ],
  'rating begins': [
    [
      'player ann began with mu 30 and sigma 8, not as a newcomer',
      aChange('ann', { before: { mu: 30, sigma: 8, version: 0, games: 0, at: 0, season: 0 } }),
    ],
  ],
  'result as reported': [
    [
      'match m has a result that nobody reported',
      aMatch('m', { result: { teams: result.teams.map(({ name }) => ({ name, rank: 1 })) } }),
    ],
  ],
  'session rating': [
    ['session session-cid shows rating 1777, which player cid never had', aSession('cid', { rating: 1_777 })],
  ],
  'cached rating': [
    [
      /^the cache shows player ann as 1 after 1 matches; the record says \d+ after 1 matches$/,
      cached('ratings', 'ann', { rating: '1' }),
    ],
  ],
  'no job failed': [['job start-match j failed: why', failed('j', 'start-match')]],
  'no call failed': [['job player-left j failed: why', failed('j', 'player-left')]],
  'hostile job kept': [
    ['job hostile nobody could do was not kept as failed', ({ held }) => (held.failedJobs = [])],
  ],
  'stop holds': [
    ['ticket ann was stopped and is in match m', calls({ kind: 'stop', ticketId: 'ann', ...told(1_002) })],
  ],
  'newer ticket holds': [
    [
      'player ann asked for ticket newer and was matched on ann 1 ms later',
      calls({
        kind: 'start',
        ticketId: 'newer',
        configuration: 'duel',
        playerIds: ['ann'],
        askedAt: 1_001,
        toldAt: 1_002,
        told: 'yes',
      }),
    ],
  ],
  'acceptance counts': [
    [
      'ticket eve accepted match p and was CANCELLED when that was not accepted',
      all(proposalFails, accept('eve')),
    ],
  ],
  'leaver stays out': [
    ['player cid left match g and is in match g', leave('g', 'cid')],
    [
      'player cid left match g and is in match h',
      all(
        aMatch('g', { succeeded_by: 'h' }),
        again('g', { _id: 'h', succeeded_by: undefined }),
        leave('g', 'cid'),
      ),
    ],
  ],
  'session kept': [
    [
      'session lost was promised and is not stored',
      calls({ kind: 'create-session', sessionId: 'lost', playerId: 'ann', ...told(400) }),
    ],
  ],
  'ended session over': [
    [
      'session session-ann was ended and is ACTIVE',
      calls({ kind: 'end-session', sessionId: 'session-ann', ...told(4_000) }),
    ],
    [
      'session session-cid was ended and its player is still in match g',
      all(
        aSession('cid', { status: 'ENDED' }),
        calls({ kind: 'end-session', sessionId: 'session-cid', ...told(4_000) }),
      ),
    ],
  ],
  'latest setting in force': [
    [
      'configuration duel: version 2 is stored, in force is 1',
      ({ held }) => (held.configurations = held.configurations.map((it) => ({ ...it, version: 2 }))),
    ],
    [
      'configuration duel: it runs version 1 of its rule set; 2 is stored',
      ({ held }) => (held.ruleSets = [...held.ruleSets, { name: 'duel', version: 2, body: '{}' }]),
    ],
  ],
  'newest setting stands': [
    [
      'configuration duel: requestTimeoutSeconds was put as 90 last and is 60',
      calls({
        kind: 'put-configuration',
        name: 'duel',
        configuration: { requestTimeoutSeconds: 90 },
        ...told(900),
      }),
    ],
    [
      'rule set duel: what was put last is not the latest',
      calls({ kind: 'put-rule-set', name: 'duel', body: '{}', ...told(900) }),
    ],
  ],
  'pause stands': [
    [
      'configuration duel was paused last and is not paused',
      calls({ kind: 'pause', name: 'duel', paused: true, ...told(900) }),
    ],
    [
      'configuration duel was resumed last and is paused',
      ({ held }) => (held.installed = held.installed.map((it) => ({ ...it, paused: true }))),
    ],
  ],
} satisfies Partial<Record<CheckName, readonly Planted[]>>;
