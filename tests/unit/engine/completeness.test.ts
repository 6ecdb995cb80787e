import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { compileRuleSet } from '../../../jobs/matchmaking/engine/compile.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { propertyRuns } from './property-runs.ts';

const now = 1_000_000;
vi.setConfig({ testTimeout: 600_000 });

function engineOf(raw: RawRuleSet) {
  const loaded = loadRuleSet(JSON.stringify(raw));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return compileRuleSet(loaded.ruleSet);
}

/** Tries every way to seat the tickets: any subset that holds the first, each ticket on any team. */
function someMatchHolds(raw: RawRuleSet, tickets: readonly SearchingTicket[]): boolean {
  const names: string[] = raw.teams.flatMap((team: RawRuleSet) =>
    team.quantity === 1
      ? [team.name]
      : Array.from({ length: team.quantity }, (_, index) => `${team.name}_${index + 1}`),
  );
  const seat = (index: number, seated: [SearchingTicket, string][]): boolean => {
    const ticket = tickets[index];
    if (ticket === undefined) {
      const teams = names.map((name) => ({
        name,
        playerIds: seated.flatMap(([{ players }, team]) =>
          team === name ? players.map((p) => p.playerId) : [],
        ),
      }));
      return (
        violations(raw, { tickets: seated.map(([seatedTicket]) => seatedTicket), teams }, now).length === 0
      );
    }
    if (index > 0 && seat(index + 1, seated)) return true;
    return names.some((name) => seat(index + 1, [...seated, [ticket, name]]));
  };
  return tickets.length > 0 && seat(0, []);
}

test('in a small pool the oldest ticket is matched exactly when some match with it exists', () => {
  fc.assert(
    fc.property(ruleSets, pools(4, now), fc.nat(), (raw, tickets, seed) => {
      raw.algorithm.backfillPriority = 'normal';

      const { matches } = formMatches(engineOf(raw), tickets, now, seed);

      const oldestMatched = matches.some((match) => match.tickets.some((ticket) => ticket === tickets[0]));
      expect(oldestMatched).toBe(someMatchHolds(raw, tickets));
    }),
    propertyRuns(0.25),
  );
});

test('what an incremental pool leaves waiting, a pass from nothing cannot match either', () => {
  fc.assert(
    fc.property(ruleSets, pools(7, now), fc.nat(6), fc.nat({ max: 30 }), (raw, tickets, early, delay) => {
      const engine = engineOf(raw);
      const pool = new MatchPool(engine);
      const waiting = new Set(tickets);
      const commit = (at: number) => {
        const { matches } = pool.pass(at, 1);
        for (const ticket of matches.flatMap((match) => match.tickets)) {
          pool.remove(ticket.ticketId);
          waiting.delete(ticket);
        }
      };

      for (const ticket of tickets.slice(0, early)) pool.add(ticket);
      commit(now);
      for (const ticket of tickets.slice(early)) pool.add(ticket);
      commit(now + delay * 1000);

      expect(formMatches(engine, [...waiting], now + delay * 1000, 1).matches).toEqual([]);
    }),
    propertyRuns(0.25),
  );
});
