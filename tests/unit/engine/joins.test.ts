import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { backfill, engineOf, now, ticket, versus } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

function namesOf(raw: RawRuleSet): string[] {
  return raw.teams.flatMap((team: RawRuleSet) =>
    (team.quantity ?? 1) === 1
      ? [team.name]
      : Array.from({ length: team.quantity }, (_, index) => `${team.name}_${index + 1}`),
  );
}

/**
 * Tries every subset with a party in it, each party on any team; the backfill ticket's players stay on
 * theirs.
 */
function someMatchHolds(raw: RawRuleSet, tickets: readonly SearchingTicket[]): boolean {
  const names = namesOf(raw);
  const seat = (index: number, seated: [SearchingTicket, string][]): boolean => {
    const next = tickets[index];
    if (next === undefined) {
      if (!seated.some(([{ backfill: running }]) => !running)) return false;
      const teams = names.map((name) => ({
        name,
        playerIds: seated.flatMap(([{ players }, team]) =>
          players.flatMap((player) => ((player.team ?? team) === name ? [player.playerId] : [])),
        ),
      }));
      return violations(raw, { tickets: seated.map(([it]) => it), teams }, now).length === 0;
    }
    if (seat(index + 1, seated)) return true;
    const places = next.backfill ? [''] : names;
    return places.some((name) => seat(index + 1, [...seated, [next, name]]));
  };
  return seat(0, []);
}

test('of a small pool with a running match some match is formed whenever one exists, whatever the seed', () => {
  fc.assert(
    fc.property(ruleSets, pools(4, now), fc.nat(3), fc.nat(9), fc.nat(), (raw, pool, which, from, seed) => {
      const names = namesOf(raw);
      const tickets = pool.map((it, index) =>
        index === which
          ? {
              ...it,
              backfill: true,
              players: it.players.map((player, place) => ({
                ...player,
                team: names[(from + place) % names.length] ?? '',
              })),
            }
          : it,
      );

      const { matches } = formMatches(engineOf(raw), tickets, now, seed);

      expect(matches.length > 0).toBe(someMatchHolds(raw, tickets));
    }),
    propertyRuns(0.5),
  );
});

test.each(['newest', 'oldest'])(
  'an older ticket joins a running match by every seed under %s',
  (expansionAgeSelection) => {
    const raw = versus(2, [], { algorithm: { expansionAgeSelection } });
    raw.teams = [{ name: 'side', minPlayers: 2, maxPlayers: 2, quantity: 2 }];
    raw.rules = [
      {
        name: 'Close',
        type: 'distance',
        measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
        referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
        maxDistance: 10,
      },
    ];
    raw.expansions = [{ target: 'rules[Close].maxDistance', steps: [{ waitTimeSeconds: 30, value: 100 }] }];
    const players = ['side_1', 'side_1', 'side_2'].map((team, index) => ({ team, skill: 50 + 20 * index }));
    const age = expansionAgeSelection === 'oldest' ? 0 : 40;
    const tickets = [ticket('solo', {}, 60), backfill('running', players, age)];

    for (let seed = 0; seed < 30; seed++)
      expect(formMatches(engineOf(raw), tickets, now, seed).matches.length).toBe(1);
  },
);
