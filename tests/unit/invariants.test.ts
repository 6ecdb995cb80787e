import { expect, test } from 'vitest';
import { toEvent } from '../../jobs/matchmaking/event.ts';
import type { MatchRecord } from '../../workers/records/matches.ts';
import { duelRuleSet } from '../support/builders.ts';
import type { HeldTicket, Holdings } from '../support/holdings.ts';
import { judgeHoldings } from '../support/invariants.ts';

/** Ann and Bob asked, were matched, played, and were rated; Eve asked and took it back. */
function goodEvening() {
  const player = (playerId: string) => ({ playerId, attributes: { skill: { N: 10 } } });
  const ticket = (ticketId: string, status: HeldTicket['status'], matchId = ''): HeldTicket => ({
    ticketId,
    status,
    matchId,
    playerIds: [ticketId],
    start: 1_000,
    end: 3_000,
    pool: 'duel',
    backfill: false,
  });
  const shown = (...ids: string[]) =>
    ids.map((ticketId) => ({ ticketId, startTime: 1_000, players: [{ playerId: ticketId }] }));
  const match = {
    _id: 'm',
    configuration: 'duel',
    ladder: 'default',
    rule_set: { name: 'duel', version: 1 },
    status: 'COMPLETED' as const,
    now: 2_000,
    seed: 1,
    tickets: ['ann', 'bob'].map((ticketId) => ({ ticketId, startTime: 1_000, players: [player(ticketId)] })),
    teams: [
      { name: 'side_1', playerIds: ['ann'] },
      { name: 'side_2', playerIds: ['bob'] },
    ],
    created_at: new Date(2_500),
    result: { teams: [] },
    rated_at: new Date(4_000),
    ladder_time: 2_000,
  } as unknown as MatchRecord;
  const told = [
    ['MatchmakingSearching', { tickets: shown('ann') }],
    ['MatchmakingSearching', { tickets: shown('bob') }],
    ['MatchmakingSearching', { tickets: shown('eve') }],
    ['PotentialMatchCreated', { tickets: shown('ann', 'bob'), matchId: 'm', acceptanceRequired: false }],
    ['MatchmakingSucceeded', { tickets: shown('ann', 'bob'), matchId: 'm' }],
    ['MatchmakingCancelled', { tickets: shown('eve') }],
  ] as const;
  const rating = (version: number) => ({ mu: 25 + version, sigma: 8, version, at: 0, season: 0 });
  return {
    tickets: [ticket('ann', 'COMPLETED', 'm'), ticket('bob', 'COMPLETED', 'm'), ticket('eve', 'CANCELLED')],
    pools: new Map(),
    reservations: [],
    proposals: [],
    outbox: [],
    events: told.map(([type, detail], at) =>
      toEvent(
        at + 1,
        { type, time: 1_000 + at, configuration: 'duel', detail },
        { account: '0', region: 'r' },
        (ms) => new Date(ms).toISOString(),
      ),
    ),
    eventsComplete: true,
    matches: [match],
    claims: ['ann', 'bob'].map((_id) => ({ _id, match_id: 'm', status: 'COMPLETED' })),
    players: ['ann', 'bob'].map((_id) => ({
      _id,
      profile: { games_played: 1 },
      ratings: { default: rating(1) },
    })),
    ratingChanges: ['ann', 'bob'].map((player_id) => ({
      ladder: 'default',
      match_id: 'm',
      player_id,
      revision: 0,
      before: rating(0),
      after: rating(1),
    })),
    ruleSets: new Map([['duel@1', duelRuleSet]]),
  } as unknown as { -readonly [Part in keyof Holdings]: Holdings[Part] };
}

test('an evening as it should be breaks no invariant', () => {
  expect(judgeHoldings(goodEvening(), { tickets: ['ann', 'bob', 'eve'], results: ['m'] })).toEqual([]);
});

type Evening = ReturnType<typeof goodEvening>;
const change = <T>(list: readonly T[], at: number, to: Partial<T>): T[] =>
  list.map((it, index) => (index === at ? { ...it, ...to } : it));
const again = <T>(list: readonly T[], at: number, to: Partial<T> = {}): T[] => [
  ...list,
  { ...(list[at] as T), ...to },
];

/** One row per way to be broken: what is seen, and what made it so. */
const breaks: readonly [seen: string, made: (it: Evening) => unknown][] = [
  ['1: ticket eve is gone', (it) => (it.tickets = it.tickets.slice(0, 2))],
  ['1: ticket eve is still SEARCHING', (it) => (it.tickets = change(it.tickets, 2, { status: 'SEARCHING' }))],
  [
    '1: ticket eve is SEARCHING of pool duel and stands in none',
    (it) => (it.tickets = change(it.tickets, 2, { status: 'SEARCHING' })),
  ],
  [
    '1: ticket eve is CANCELLED of pool duel and stands in duel',
    (it) => (it.pools = new Map([['duel', ['eve']]])),
  ],
  ['1: ticket eve is CANCELLED and still reserved', (it) => (it.reservations = ['eve'])],
  [
    '1: ticket eve is QUEUED and not reserved',
    (it) => (it.tickets = change(it.tickets, 2, { status: 'QUEUED' })),
  ],
  [
    '1: ticket eve is placed by match x, which is not in the outbox',
    (it) => (it.tickets = change(it.tickets, 2, { status: 'PLACING', matchId: 'x' })),
  ],
  [
    '1: ticket eve is asked about match x, which nobody proposes',
    (it) => (it.tickets = change(it.tickets, 2, { status: 'REQUIRES_ACCEPTANCE', matchId: 'x' })),
  ],
  [
    '2: player ann is in tickets ann and eve at once',
    (it) =>
      (it.events = it.events.map((event, at) =>
        at === 2
          ? {
              ...event,
              detail: {
                ...event.detail,
                tickets: event.detail.tickets.map((ticket) => ({
                  ...ticket,
                  players: [{ playerId: 'ann' }],
                })),
              },
            }
          : event,
      )),
  ],
  [
    '2: player ann is in matches m and n at once',
    (it) => (it.matches = again(it.matches, 0, { _id: 'n', now: 3_000 })),
  ],
  ['2: ticket ann is in matches m and n', (it) => (it.matches = again(it.matches, 0, { _id: 'n' }))],
  ['2: ticket ann is claimed by n, in m', (it) => (it.claims = change(it.claims, 0, { match_id: 'n' }))],
  [
    '3: match m took ticket bob, which is CANCELLED',
    (it) => (it.tickets = change(it.tickets, 1, { status: 'CANCELLED' })),
  ],
  [
    '3: ticket bob ended in match n, the record says m',
    (it) => (it.tickets = change(it.tickets, 1, { matchId: 'n' })),
  ],
  ['4: match m is still in the outbox', (it) => (it.outbox = ['m'])],
  ['4: match m succeeded and is not recorded', (it) => (it.matches = [])],
  ['4: match n was recorded, not decided', (it) => (it.matches = again(it.matches, 0, { _id: 'n' }))],
  ['4: match m ended 2 times', (it) => (it.events = again(it.events, 4))],
  ['4: 2 decisions of 1 matches', (it) => (it.events = again(it.events, 3))],
  [
    '5: match m of 2 players changed the ratings of 1',
    (it) => (it.ratingChanges = it.ratingChanges.slice(1)),
  ],
  [
    '5: match m of 2 players changed the ratings of 3',
    (it) => (it.ratingChanges = again(it.ratingChanges, 0)),
  ],
  [
    '5: match n was rated without a result',
    (it) => (it.ratingChanges = again(it.ratingChanges, 0, { match_id: 'n' })),
  ],
  ['5: player ann played 1 games, rated were 0', (it) => (it.ratingChanges = it.ratingChanges.slice(1))],
  [
    '5: the history of player bob is broken',
    (it) =>
      (it.ratingChanges = change(it.ratingChanges, 1, {
        before: { ...it.ratingChanges[1]!.before, version: 7 },
      })),
  ],
  [
    '6: match m: Close',
    (it) =>
      (it.matches = change(it.matches, 0, {
        tickets: it.matches[0]!.tickets.map((ticket, at) => ({
          ...ticket,
          players: ticket.players.map((player) => ({ ...player, attributes: { skill: { N: at * 100 } } })),
        })),
      })),
  ],
  ['6: match m names rule set duel@1, which is not there', (it) => (it.ruleSets = new Map())],
  ['8: events are missing from the stream', (it) => (it.eventsComplete = false)],
  [
    '8: ticket eve is CANCELLED, its events were MatchmakingSearching',
    (it) => (it.events = it.events.slice(0, -1)),
  ],
];

test.each(breaks)('it sees: %s', (seen, made) => {
  const evening = goodEvening();
  made(evening);

  expect(judgeHoldings(evening, { tickets: ['ann', 'bob', 'eve'], results: ['m'] })).toContain(seen);
});

test('what is under way breaks nothing while it stands where it is found', () => {
  const evening = goodEvening();
  evening.tickets = change(evening.tickets, 2, { status: 'SEARCHING' });
  evening.pools = new Map([['duel', ['eve']]]);
  evening.events = evening.events.slice(0, -1);

  expect(judgeHoldings(evening, { settled: false })).toEqual([]);
});
