import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import type { FormedMatch } from '../../../jobs/matchmaking/engine/match.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { engineOf, now, ticket, versus } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

const holds = fc.integer({ min: 1, max: 60 }).map((seconds) => seconds * 1_000);
const orders = fc.constantFrom('closest' as const, 'documented' as const);
const seats = (raw: RawRuleSet): number =>
  raw.teams.reduce((sum: number, { maxPlayers, quantity = 1 }: RawRuleSet) => sum + maxPlayers * quantity, 0);
const playersIn = ({ teams }: FormedMatch) => teams.flatMap((team) => team.playerIds).length;
const oldest = ({ tickets }: FormedMatch) => Math.min(...tickets.map((it) => it.since));

test('no match below its maximum is formed before its oldest ticket has waited (invariant 6)', () => {
  fc.assert(
    fc.property(ruleSets, pools(14, now), holds, orders, fc.nat(), (raw, tickets, holdMs, order, seed) => {
      const { matches } = formMatches(engineOf(raw, order, holdMs), tickets, now, seed);

      for (const match of matches) {
        expect(violations(raw, match, now)).toEqual([]);
        if (playersIn(match) < seats(raw)) expect(now - oldest(match)).toBeGreaterThanOrEqual(holdMs);
      }
    }),
    propertyRuns(0.5),
  );
});

test('when every ticket has waited, a hold changes nothing', () => {
  fc.assert(
    fc.property(ruleSets, pools(10, now), holds, orders, fc.nat(), (raw, tickets, holdMs, order, seed) => {
      const at = now + holdMs;

      const { matches } = formMatches(engineOf(raw, order, holdMs), tickets, at, seed);

      expect(matches).toEqual(formMatches(engineOf(raw, order), tickets, at, seed).matches);
    }),
    propertyRuns(0.25),
  );
});

test('a pool that is looked at whenever it says so leaves nobody held for good', () => {
  fc.assert(
    fc.property(ruleSets, pools(7, now), holds, (raw, tickets, holdMs) => {
      const pool = new MatchPool(engineOf(raw, 'closest', holdMs));
      const waiting = new Set(tickets);
      for (const each of tickets) pool.add(each);
      let at = now;
      for (let next: number | undefined = now; next !== undefined; ) {
        at = next;
        const pass = pool.pass(at, 1);
        for (const { ticketId } of pass.matches.flatMap((match) => match.tickets)) {
          pool.remove(ticketId);
          waiting.delete(tickets.find((each) => each.ticketId === ticketId)!);
        }
        next = pass.nextChange;
      }

      expect(formMatches(engineOf(raw), [...waiting], at, 1).matches).toEqual([]);
    }),
    propertyRuns(0.25),
  );
});

describe('a match of two to four with a hold of 10 s', () => {
  const raw = versus(1);
  for (const team of raw.teams) team.maxPlayers = 2;
  const engine = engineOf(raw, 'closest', 10_000);
  const poolOf = (...tickets: ReturnType<typeof ticket>[]) => {
    const pool = new MatchPool(engine);
    for (const each of tickets) pool.add(each);
    return pool;
  };

  test('is accepted at once when it is full', () => {
    const pool = poolOf(...['a', 'b', 'c', 'd'].map((id) => ticket(id)));

    expect(pool.pass(now, 1).matches.map(playersIn)).toEqual([4]);
  });

  test('waits for its oldest ticket when it is not, and says until when', () => {
    const [a, b] = [ticket('a', {}, 4), ticket('b', {}, 1)];
    const pool = poolOf(b, a);

    expect(pool.pass(now, 1)).toMatchObject({ matches: [], nextChange: now + 6_000 });
    expect(pool.explain(b, now)).toMatchObject({
      waitsFor: 'hold',
      held: { players: 2, until: now + 6_000, forMs: 6_000 },
      summary: 'a match of 2 players is there, but not full, and held for 6 s more',
    });
    expect(pool.pass(now + 5_999, 1).matches).toEqual([]);
    expect(pool.pass(now + 6_000, 1).matches.map(playersIn)).toEqual([2]);
  });

  test('takes in whoever comes while it is held', () => {
    const pool = poolOf(ticket('a', {}, 9), ticket('b', {}, 1));
    pool.pass(now, 1);
    pool.add(ticket('c'));

    expect(pool.pass(now + 1_000, 1).matches.map(playersIn)).toEqual([3]);
  });
});
