import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { undisturbedMs } from '../../jobs/invariants/diary.ts';
import { checks, judge } from '../../jobs/invariants/judge.ts';
import { goodEvening } from '../support/good-evening.ts';
import { planted } from '../support/planted-violations.ts';
import { again, calls, told } from '../support/planting.ts';

const seen = ({ held, diary }: ReturnType<typeof goodEvening>) => judge(held, diary);

test('an evening as it should be breaks no invariant', () => {
  expect(seen(goodEvening())).toEqual([]);
});

test('of a ticket id that is used again the later match counts, though the clock went back before it (invariants 2, 3)', () => {
  const evening = goodEvening();
  const ann = { ticketId: 'ann', startTime: 8_000, sequence: 0, age: 1_000, players: [] };
  again('m', { _id: 'earlier', now: 9_000, tickets: [ann] })(evening);
  calls({ kind: 'start', ticketId: 'ann', configuration: 'duel', playerIds: ['ann'], ...told(500) })(evening);

  const about = new Set(['ticket in one match', 'match whole']);
  expect(seen(evening).filter(({ check }) => about.has(check))).toEqual([]);
});

const rows = Object.entries(planted).flatMap(([check, ways]) =>
  ways.map(([story, plant]) => ({ check, story, plant })),
);

describe('the judge sees', () => {
  test.each(rows)('$check: $story', ({ check, story, plant }) => {
    const evening = goodEvening();
    plant(evening);

    const wanted = typeof story === 'string' ? story : expect.stringMatching(story);
    expect(seen(evening)).toContainEqual(
      expect.objectContaining({
        check,
        story: wanted,
        invariant: checks[check as keyof typeof checks].invariant,
      }),
    );
  });

  test('every check, each by a violation that was planted for it', () => {
    expect(Object.keys(planted).sort()).toEqual(Object.keys(checks).sort());
    expect(Object.values(planted).every((ways) => ways.length > 0)).toBe(true);
  });

  test('a violation whatever the order in which stores and callers list what they have', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.integer(), ({ check, plant }, seed) => {
        const evening = goodEvening();
        plant(evening);
        const mixed = <T>(list: readonly T[]): T[] =>
          list
            .map((it, at) => ({ it, by: ((at + 1) * (2 * Math.abs(seed) + 1) * 7_919) % 104_729 }))
            .sort((a, b) => a.by - b.by)
            .map(({ it }) => it);
        const { held } = evening;
        held.tickets = mixed(held.tickets);
        held.claims = mixed(held.claims);
        held.players = mixed(held.players);
        held.sessions = mixed(held.sessions);
        held.ratingChanges = mixed(held.ratingChanges);
        held.configurations = mixed(held.configurations);

        expect(seen(evening).map((it) => it.check)).toContain(check);
      }),
      { numRuns: 200 },
    );
  });
});

function ticketOf({ held }: ReturnType<typeof goodEvening>) {
  const [ticket] = held.matches[0]?.tickets ?? [];
  if (!ticket) throw new Error('an evening without a match');
  return ticket;
}

test('a match that a failover took back with all of its tickets was promised to nobody; with one that is known it was (invariant 4)', () => {
  const evening = goodEvening();
  again('m', { _id: 'n', tickets: [{ ...ticketOf(evening), ticketId: 'lost' }] })(evening);
  const unheard = () => seen(evening).filter(({ check }) => check === 'match recorded');
  expect(unheard().map((it) => it.subject)).toEqual(['n']);

  evening.diary.disturbances = [{ from: 0, to: 1 }];
  expect(unheard()).toEqual([]);
  again('m', { _id: 'o' })(evening);
  expect(unheard().map((it) => it.subject)).toEqual(['o']);
});

test('what a store that went back took with it was decided, and no promise; anything else recorded was not (invariants 2, 4)', () => {
  const evening = goodEvening();
  again('m', { _id: 'n', tickets: [] })(evening);
  const unheard = () => seen(evening).filter(({ check }) => check === 'match recorded');
  expect(unheard().map((it) => it.subject)).toEqual(['n']);

  const [decision] = evening.held.events.filter((it) => it.type === 'PotentialMatchCreated' && !it.asksFirst);
  if (!decision) throw new Error('an evening without a decision');
  evening.diary.takenBack = [
    { ...decision, matchId: 'n', tickets: [{ ticketId: 'lost', playerIds: ['eve'] }] },
  ];
  expect(unheard()).toEqual([]);

  // The lost ticket is in the match's event when that is put back; meanwhile its player asked anew.
  const at = evening.held.events.findIndex((it) => it.tickets.some((ticket) => ticket.ticketId === 'eve'));
  evening.held.events = evening.held.events.toSpliced(at + 1, 0, ...evening.diary.takenBack);
  expect(seen(evening).filter(({ check }) => check === 'player in one ticket')).toEqual([]);
  evening.diary.takenBack = [];
  expect(seen(evening).map(({ check }) => check)).toContain('player in one ticket');
});

test('a backfill ticket that has left the queue store is known by the record, and is no ticket of its players', () => {
  const evening = goodEvening();
  const [first] = evening.held.events;
  if (!first) throw new Error('an evening without events');
  const asks = { ...first, type: 'MatchmakingSearching' as const };
  const [playerId = ''] = first.tickets[0]?.playerIds ?? [];
  evening.held.events = [
    { ...asks, tickets: [{ ticketId: 'fills-m', playerIds: [playerId] }] },
    ...evening.held.events,
  ];
  const twice = () => seen(evening).filter(({ check }) => check === 'player in one ticket');

  expect(twice()).not.toEqual([]);
  evening.held.claims = [...evening.held.claims, { _id: 'fills-m', status: 'CANCELLED', fills: 'm' }];
  expect(twice()).toEqual([]);
});

test('who waits while a fault strikes is not late, however faults overlap', () => {
  const { diary } = goodEvening();
  diary.disturbances = [
    { from: 50, to: 70 },
    { from: 10, to: 20 },
    { from: 15, to: 40 },
    { from: 90, to: 200 },
  ];

  expect(undisturbedMs(diary, 0, 100)).toBe(10 + 10 + 20);
  expect(undisturbedMs(diary, 12, 60)).toBe(10);
  expect(undisturbedMs(diary, 95, 120)).toBe(0);
});

test('what is under way breaks nothing while it stands where it is found', () => {
  const evening = goodEvening();
  evening.held.tickets = evening.held.tickets.map((it) =>
    it.ticketId === 'eve' ? { ...it, status: 'SEARCHING', end: undefined } : it,
  );
  evening.held.pools = new Map([...evening.held.pools, ['duel', ['eve']]]);
  evening.held.events = evening.held.events.filter((it) => it.type !== 'MatchmakingCancelled');
  evening.diary.settled = false;

  expect(seen(evening)).toEqual([]);
});
