import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { compileRuleSet } from '../../../jobs/matchmaking/engine/compile.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { propertyRuns } from './property-runs.ts';

const now = 1_000_000;
vi.setConfig({ testTimeout: 600_000 });
const orders = fc.constantFrom('closest' as const, 'documented' as const);

function engineOf(raw: RawRuleSet, order: 'closest' | 'documented') {
  const loaded = loadRuleSet(JSON.stringify(raw));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return compileRuleSet(loaded.ruleSet, { order });
}

/** Some of the tickets as running matches, their players seated round robin from one of the teams on. */
function withBackfills(
  raw: RawRuleSet,
  tickets: SearchingTicket[],
  picks: readonly number[],
): SearchingTicket[] {
  const names: string[] = raw.teams.flatMap((team: RawRuleSet) =>
    team.quantity === 1
      ? [team.name]
      : Array.from({ length: team.quantity }, (_, index) => `${team.name}_${index + 1}`),
  );
  return tickets.map((ticket, index) => {
    const pick = picks[index];
    if (pick === undefined || pick > 10) return ticket;
    const seat = (place: number) => names[(pick + place) % names.length] ?? '';
    return {
      ...ticket,
      backfill: true,
      players: ticket.players.map((player, place) => ({ ...player, team: seat(place) })),
    };
  });
}

test('matches with backfill tickets are valid too: players keep their teams and two never meet (invariant 6)', () => {
  fc.assert(
    fc.property(
      ruleSets,
      pools(10, now),
      fc.array(fc.nat(30)),
      orders,
      fc.nat(),
      (raw, tickets, picks, order, seed) => {
        const pool = withBackfills(raw, tickets, picks);

        const { matches } = formMatches(engineOf(raw, order), pool, now, seed);

        for (const match of matches) {
          expect(violations(raw, match, now)).toEqual([]);
          expect(match.tickets.some((ticket) => !ticket.backfill)).toBe(true);
        }
      },
    ),
    propertyRuns(),
  );
});

test('two running matches that are all that waits are no pair', () => {
  const skills = (of: string) => `${of}(flatten(teams[*].players.attributes[skill]))`;
  const raw: RawRuleSet = {
    ruleLanguageVersion: '1.0',
    playerAttributes: [{ name: 'skill', type: 'number' }],
    teams: [{ name: 'team', minPlayers: 0, maxPlayers: 2 }],
    rules: [
      {
        name: 'Close',
        type: 'distance',
        measurements: [skills('max')],
        referenceValue: skills('min'),
        maxDistance: 0,
      },
    ],
  };
  const running = ['a', 'b'].map((ticketId) => ({
    ...{ ticketId, since: 0, backfill: true },
    players: [{ playerId: ticketId, team: 'team', attributes: { skill: { N: 1 } } }],
  }));

  expect(formMatches(engineOf(raw, 'closest'), running, now, 1).matches).toEqual([]);
});

test('every match satisfies its rule set as of now, and no ticket is in two (invariants 2, 6)', () => {
  fc.assert(
    fc.property(ruleSets, pools(14, now), orders, fc.nat(), (raw, tickets, order, seed) => {
      const { matches } = formMatches(engineOf(raw, order), tickets, now, seed);

      for (const match of matches) expect(violations(raw, match, now)).toEqual([]);
      const used = matches.flatMap((match) => match.tickets.map((ticket) => ticket.ticketId));
      expect(new Set(used).size).toBe(used.length);
    }),
    propertyRuns(),
  );
});

test('the same pool, rule set, now and seed give the same matches (invariant 10)', () => {
  fc.assert(
    fc.property(ruleSets, pools(14, now), orders, fc.nat(), (raw, tickets, order, seed) => {
      const once = formMatches(engineOf(raw, order), tickets, now, seed);
      const again = formMatches(engineOf(raw, order), structuredClone(tickets), now, seed);

      expect(again).toEqual(once);
    }),
    propertyRuns(0.25),
  );
});
