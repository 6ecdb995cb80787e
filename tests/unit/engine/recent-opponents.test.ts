import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { engineOf, now, ticket, versus } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

const closeTo = (limit: number): RawRuleSet => ({
  type: 'distance',
  measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
  referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
  maxDistance: limit,
});
const matchesOf = (raw: RawRuleSet, tickets: readonly SearchingTicket[], avoids = true) =>
  formMatches(engineOf(raw, 'closest', 0, undefined, avoids), tickets, now, 1).matches;
const idsOf = (raw: RawRuleSet, tickets: readonly SearchingTicket[], avoids = true) =>
  matchesOf(raw, tickets, avoids).map((match) => match.tickets.map((it) => it.ticketId).sort());

const duel = versus(1, [closeTo(20)]);

test('whoever an anchor has met lately is passed over for somebody further away whom the rules allow', () => {
  const tickets = [
    ticket('ann', { skill: 50, recentOpponents: ['bob'] }, 9),
    ticket('bob', { skill: 51 }, 8),
    ticket('cat', { skill: 65 }, 7),
  ];

  expect(idsOf(duel, tickets)).toEqual([['ann', 'cat']]);
  expect(idsOf(duel, tickets, false)).toEqual([['ann', 'bob']]);
});

test('so is whoever remembers the anchor, which has met others since', () => {
  const tickets = [
    ticket('ann', { skill: 50 }, 9),
    ticket('bob', { skill: 51, recentOpponents: ['ann'] }, 8),
    ticket('cat', { skill: 65 }, 7),
  ];

  expect(idsOf(duel, tickets)).toEqual([['ann', 'cat']]);
});

test('nobody waits for it: where there is nobody else, those who have met meet again', () => {
  const tickets = [
    ticket('ann', { skill: 50, recentOpponents: ['bob'] }, 9),
    ticket('bob', { skill: 51, recentOpponents: ['ann'] }, 8),
    ticket('far', { skill: 90 }, 7),
  ];

  expect(idsOf(duel, tickets)).toEqual([['ann', 'bob']]);
});

test('of two pairs, those who have met lately are not brought together for being closer', () => {
  const tickets = [
    ticket('ann', { skill: 50, recentOpponents: ['bob'] }, 9),
    ticket('bob', { skill: 50, recentOpponents: ['ann'] }, 8),
    ticket('cat', { skill: 60 }, 7),
    ticket('dan', { skill: 60 }, 6),
  ];

  expect(idsOf(duel, tickets).flatMap((ids) => (ids.includes('ann') ? ids : []))).not.toContain('bob');
});

const ids = Array.from({ length: 9 }, (_, index) => `t${index}`);
const pools = fc
  .array(fc.record({ skill: fc.integer({ min: 40, max: 60 }), met: fc.subarray(ids) }), { maxLength: 9 })
  .map((players) =>
    players.map(({ skill, met }, index) =>
      ticket(`t${index}`, { skill, recentOpponents: met }, players.length - index),
    ),
  );

test('whatever was met, every match keeps its rules, and whom the rules let play plays (property, invariant 6)', () => {
  const anybody = versus(1, [closeTo(20)]);
  fc.assert(
    fc.property(pools, (tickets) => {
      const matches = matchesOf(anybody, tickets);

      for (const match of matches) expect(violations(anybody, match, now)).toEqual([]);
      expect(matches).toHaveLength(Math.floor(tickets.length / 2));
    }),
    propertyRuns(0.5),
  );
});

test('a ticket is told of whom it passes over', () => {
  const pool = new MatchPool(engineOf(versus(2), 'closest', 0, undefined, true));
  const [ann, bob] = [ticket('ann', { recentOpponents: ['bob'] }, 9), ticket('bob', {}, 8)];
  pool.add(ann);
  pool.add(bob);
  pool.pass(now, 1);

  const { metLately, summary } = pool.explain(ann, now);

  expect(metLately).toBe(1);
  expect(summary).toContain(
    'it has met players of 1 ticket lately and meets them while there is nobody else',
  );
});
