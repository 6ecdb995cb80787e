import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { engineOf, now } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

test('a ticket that comes later breaks no match and takes nobody out of one', () => {
  fc.assert(
    fc.property(ruleSets, pools(10, now), pools(1, now), fc.nat(), (raw, tickets, [other], seed) => {
      const players = other?.players.map((player) => ({ ...player, playerId: `other ${player.playerId}` }));
      const later = other && players && { ...other, ticketId: 'other', players };
      const pool = new MatchPool(engineOf(raw));
      for (const ticket of tickets) pool.add(ticket);
      const first = pool.pass(now, seed).matches;
      if (later !== undefined) pool.add(later);
      const matches = [...first, ...pool.pass(now, seed).matches];

      for (const match of matches) expect(violations(raw, match, now)).toEqual([]);
      const used = matches.flatMap((match) => match.tickets.map(({ ticketId }) => ticketId));
      expect(new Set(used).size).toBe(used.length);
    }),
    propertyRuns(0.5),
  );
});

test('a ticket that no match can hold changes nothing for the others', () => {
  fc.assert(
    fc.property(ruleSets, pools(10, now), fc.nat(10), fc.nat(), (raw, tickets, place, seed) => {
      const unrelated: SearchingTicket = {
        ticketId: 'unrelated',
        since: tickets[place]?.since ?? now,
        players: [{ playerId: 'unrelated', attributes: {} }],
      };

      const { matches } = formMatches(engineOf(raw), tickets, now, seed);

      expect(formMatches(engineOf(raw), tickets.toSpliced(place, 0, unrelated), now, seed).matches).toEqual(
        matches,
      );
    }),
    propertyRuns(0.25),
  );
});

test('a pass cut into slices forms valid matches, and leaves nobody whom a whole pass could match', () => {
  fc.assert(
    fc.property(ruleSets, pools(7, now), fc.integer({ min: 1, max: 20 }), (raw, tickets, budget) => {
      const pool = new MatchPool(engineOf(raw));
      const waiting = new Set(tickets);
      for (const ticket of tickets) pool.add(ticket);
      for (let slice = 0, unfinished = true; unfinished; slice++) {
        const pass = pool.pass(now, slice, budget);
        unfinished = pass.unfinished;
        for (const match of pass.matches) {
          expect(violations(raw, match, now)).toEqual([]);
          for (const ticket of match.tickets) {
            expect(waiting.delete(ticket)).toBe(true);
            pool.remove(ticket.ticketId);
          }
        }
      }

      expect(formMatches(engineOf(raw), [...waiting], now, 1).matches).toEqual([]);
    }),
    propertyRuns(0.25),
  );
});

/** By how much each limit gives way; a lower one never falls below 0. */
const relaxations: Readonly<Record<string, number>> = {
  maxDistance: 20,
  maxLatency: 60,
  maxCount: 1,
  minCount: -1,
  minDistance: -10,
};

function relaxed(raw: RawRuleSet, pick: number): RawRuleSet {
  const limits = raw.rules.flatMap((rule: RawRuleSet, index: number) =>
    Object.keys(relaxations)
      .filter((name) => rule[name] !== undefined)
      .map((name) => [index, name] as const),
  );
  const [index, name] = limits[pick % limits.length] ?? [];
  if (index === undefined || name === undefined) return raw;
  const value = Math.max(0, raw.rules[index][name] + relaxations[name]);
  return { ...raw, rules: raw.rules.with(index, { ...raw.rules[index], [name]: value }) };
}

test('relaxing a limit never leaves an oldest ticket waiting that had a match, in pools up to 8', () => {
  fc.assert(
    fc.property(ruleSets, pools(8, now), fc.nat(), fc.nat(), (raw, tickets, pick, seed) => {
      fc.pre(!raw.rules.some(({ statement = '' }: RawRuleSet) => /not|xor/.test(statement)));
      const oldestMatches = (set: RawRuleSet) =>
        formMatches(engineOf(set), tickets, now, seed).matches.some(({ tickets: members }) =>
          members.includes(tickets[0] as SearchingTicket),
        );

      fc.pre(oldestMatches(raw));

      expect(oldestMatches(relaxed(raw, pick))).toBe(true);
    }),
    propertyRuns(0.25),
  );
});
