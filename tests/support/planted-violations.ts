import type { CheckName } from '../../jobs/invariants/judge.ts';
import { plantedContents } from './planted-contents.ts';
import { again, all, aMatch, aTicket, calls, event, type Planted, patch, told } from './planting.ts';

/** Cid and Dot's brawl goes on as `h`, with Fay. */
const goesOn = all(
  aMatch('g', { succeeded_by: 'h' }),
  again('g', {
    _id: 'h',
    now: 2_600,
    succeeded_by: undefined,
    backfill: { matchId: 'g', ticketId: 'backfill-g' },
    tickets: [
      {
        ticketId: 'backfill-g',
        startTime: 2_000,
        sequence: 1,
        age: 600,
        players: ['cid', 'dot'].map((playerId) => ({ playerId, attributes: {} })),
      },
      {
        ticketId: 'fay',
        startTime: 2_300,
        sequence: 2,
        age: 300,
        players: [{ playerId: 'fay', attributes: {} }],
      },
    ],
  }),
);

/** For each check at least one way to break it. */
export const planted: Readonly<Record<CheckName, readonly Planted[]>> = {
  'ticket kept': [
    ['ticket eve is gone', ({ held }) => (held.tickets = held.tickets.filter((it) => it.ticketId !== 'eve'))],
  ],
  'ticket ended': [['ticket eve is still SEARCHING', aTicket('eve', { status: 'SEARCHING' })]],
  'ticket findable': [
    ['ticket eve is SEARCHING of pool duel and stands in none', aTicket('eve', { status: 'SEARCHING' })],
    [
      'ticket eve is CANCELLED of pool duel and stands in duel',
      ({ held }) => (held.pools = new Map([...held.pools, ['duel', ['eve']]])),
    ],
    [
      'ticket eve is placed by match x, which is not in the outbox',
      aTicket('eve', { status: 'PLACING', matchId: 'x' }),
    ],
    [
      'ticket eve is asked about match x, which nobody proposes',
      aTicket('eve', { status: 'REQUIRES_ACCEPTANCE', matchId: 'x' }),
    ],
  ],
  'ticket ended in time': [
    [
      'ticket eve is TIMED_OUT after 99 s; 60 s are allowed',
      all(
        aTicket('eve', { status: 'TIMED_OUT' }),
        ({ diary }) => (diary.endingHeardAt = new Map([['eve', 100_000]])),
      ),
    ],
    [
      'ticket eve is SEARCHING after 199 s; 60 s are allowed',
      all(aTicket('eve', { status: 'SEARCHING' }), ({ held }) => (held.takenAt = 200_000)),
    ],
  ],
  'ticket id used again': [
    [
      'match n failed because ticket id ann was used again; with it failed fay',
      all(
        calls({ kind: 'start', ticketId: 'ann', configuration: 'duel', playerIds: ['gus'], ...told(4_500) }),
        aTicket('ann', { reason: 'TicketInAnotherMatch' }),
        ({ held }) =>
          (held.tickets = [
            ...held.tickets,
            { ...held.tickets[0]!, ticketId: 'fay', reason: 'TicketInAnotherMatch' },
          ]),
        again('m', {
          _id: 'n',
          status: 'FAILED',
          tickets: ['ann', 'fay'].map((ticketId) => ({
            ticketId,
            startTime: 4_500,
            sequence: 3,
            age: 0,
            players: [],
          })),
        }),
      ),
    ],
  ],
  'player in one ticket': [
    [
      'player ann is in tickets ann and eve at once',
      ({ held }) =>
        (held.events = held.events.map((it, index) =>
          index === 2 ? { ...it, tickets: [{ ticketId: 'eve', playerIds: ['ann'] }] } : it,
        )),
    ],
  ],
  'player in one match': [['player ann is in matches m and n at once', again('m', { _id: 'n', now: 3_000 })]],
  'player in one match, backfill included': [
    [
      'player cid is in matches h and n at once',
      all(
        goesOn,
        again('m', {
          _id: 'n',
          now: 2_500,
          result: undefined,
          rated_at: undefined,
          tickets: [
            {
              ticketId: 'cid-2',
              startTime: 2_400,
              sequence: 4,
              age: 100,
              players: [{ playerId: 'cid', attributes: {} }],
            },
          ],
        }),
      ),
    ],
  ],
  'ticket in one match': [
    ['ticket ann is in matches m and n', again('m', { _id: 'n', now: 2_100 })],
    [
      'ticket ann is claimed by n, in m',
      ({ held }) => (held.claims = patch(held.claims, (it) => it._id === 'ann', { match_id: 'n' })),
    ],
  ],
  'one backfill ticket': [
    [
      'match g has 2 open backfill tickets: backfill-g, more',
      ({ held }) =>
        (held.tickets = [
          ...held.tickets,
          ...held.tickets.filter((it) => it.fills).map((it) => ({ ...it, ticketId: 'more' })),
        ]),
    ],
  ],
  'over match wants nobody': [
    ['ticket backfill-g still wants players for match g, which was over', goesOn],
    [
      'ticket late wanted players for match m, which was over',
      ({ held }) =>
        (held.tickets = [
          ...held.tickets,
          { ...held.tickets[2]!, ticketId: 'late', start: 3_600, fills: 'm' },
        ]),
    ],
  ],
  'match whole': [
    ['match m took ticket bob, which is CANCELLED', aTicket('bob', { status: 'CANCELLED' })],
    ['ticket bob ended in match n, the record says m', aTicket('bob', { matchId: 'n' })],
  ],
  'nobody joins an over match': [
    [
      'ticket eve failed since it was matched into a match that was over',
      aTicket('eve', { status: 'FAILED', reason: 'MatchOver' }),
    ],
  ],
  'match ended once': [
    ['match m ended 2 times', event(4, 2)],
    ['match m ended 0 times', event(4, 0)],
    ['3 decisions of 2 matches', event(3, 2)],
  ],
  'outbox emptied': [['match m is still in the outbox', ({ held }) => (held.outbox = ['m'])]],
  'match recorded': [
    ['match m succeeded and is not recorded', ({ held }) => (held.matches = held.matches.slice(1))],
    ['match n was recorded, not decided', again('m', { _id: 'n' })],
  ],
  'failed match recorded': [
    [
      'match m failed and has no document',
      ({ held }) => {
        held.matches = held.matches.slice(1);
        held.events = patch(held.events, (it) => it.type === 'MatchmakingSucceeded', {
          type: 'MatchmakingFailed',
        });
      },
    ],
  ],
  'short match wants players': [
    ['match g has 2 of 6 players and no backfill ticket', aTicket('backfill-g', { status: 'TIMED_OUT' })],
    [
      'match g has 2 of 6 players and no backfill ticket',
      all(aTicket('backfill-g', { status: 'TIMED_OUT' }), aMatch('g', { succeeded_by: 'never-stored' })),
    ],
    [
      'match g has 2 of 6 players and no backfill ticket',
      all(aTicket('backfill-g', { status: 'TIMED_OUT' }), ({ held }) => {
        const smaller = ({ ruleSet, ...rest }: (typeof held.installed)[number]) => ({
          ...rest,
          ruleSet: { ...ruleSet, version: 99, body: '{"teams":[{"maxPlayers":2}]}' },
        });
        held.installed = held.installed.map(smaller);
      }),
    ],
  ],
  ...plantedContents,
  'rule set satisfied': [
    [
      'match m: Close',
      ({ held }) =>
        (held.matches = held.matches.map((match) => ({
          ...match,
          tickets: match.tickets.map((it, at) => ({
            ...it,
            players: it.players.map((player) => ({ ...player, attributes: { skill: { N: at * 100 } } })),
          })),
        }))),
    ],
    ['match m names rule set duel@1, which is not there', ({ held }) => (held.ruleSets = [])],
  ],
  'events kept': [
    ['events are missing from the stream', ({ held }) => (held.eventsComplete = false)],
    ['events 3 to 7 were lost', ({ diary }) => (diary.gaps = ['3 to 7'])],
  ],
  'events in order': [['ticket eve is CANCELLED, its events were MatchmakingSearching', event(5, 0)]],
};
