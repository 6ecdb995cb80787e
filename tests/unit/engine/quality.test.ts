import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { ChanceBy, QualityTarget } from '../../../jobs/configuration/quality.ts';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { defaultSettings } from '../../../jobs/ladder/ladder.ts';
import { newcomer, visibleRating, winChances } from '../../../jobs/ladder/rating.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import type { FormedMatch } from '../../../jobs/matchmaking/engine/match.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { pools, ruleSets } from './arbitraries.ts';
import { backfill, engineOf, now, ticket, versus } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

const byElo: ChanceBy = { of: 'elo', attribute: 'skill' };
const target = (within: number, easesAt: readonly number[], by: ChanceBy = byElo): QualityTarget => ({
  within,
  easesAt,
  by,
});
/** Eases at two ages (s); skills of the arbitraries differ by up to 100, so that chances go up to 64 %. */
const targets = fc
  .tuple(
    fc.constantFrom(0.01, 0.02, 0.05),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom('closest' as const, 'documented' as const),
  )
  .map(([within, first, later, order]) => ({
    quality: target(within, [first * 1_000, (first + later) * 1_000]),
    order,
  }));

/** How far the best team is from even against the worst, by Elo of the players' own skills. */
function unevenness({ tickets, teams }: FormedMatch): number {
  const players = new Map(tickets.flatMap((it) => it.players.map((player) => [player.playerId, player])));
  const means = teams
    .filter(({ playerIds }) => playerIds.length > 0)
    .map(({ playerIds }) => {
      const skills = playerIds.map((id) => {
        const { skill } = players.get(id)?.attributes ?? {};
        return skill && 'N' in skill ? skill.N : 0;
      });
      return skills.reduce((sum, skill) => sum + skill, 0) / skills.length;
    });
  const gap = means.length === 0 ? 0 : Math.max(...means) - Math.min(...means);
  return 1 / (1 + 10 ** (-gap / 400)) - 0.5;
}

test('no match is less even than its oldest ticket still asks for', () => {
  fc.assert(
    fc.property(ruleSets, pools(14, now), targets, fc.nat(), (raw, tickets, { quality, order }, seed) => {
      const { matches } = formMatches(engineOf(raw, order, 0, quality), tickets, now, seed);

      for (const match of matches) {
        expect(violations(raw, match, now)).toEqual([]);
        const oldest = now - Math.min(...match.tickets.map(({ since }) => since));
        const [first = 0, last = 0] = quality.easesAt;
        if (oldest < last)
          expect(unevenness(match)).toBeLessThanOrEqual(quality.within * (oldest < first ? 1 : 2) + 1e-6);
      }
    }),
    propertyRuns(0.5),
  );
});

test('when every ticket has waited, a target changes nothing', () => {
  fc.assert(
    fc.property(ruleSets, pools(10, now), targets, fc.nat(), (raw, tickets, { quality, order }, seed) => {
      const at = now + (quality.easesAt.at(-1) ?? 0);

      const { matches } = formMatches(engineOf(raw, order, 0, quality), tickets, at, seed);

      expect(matches).toEqual(formMatches(engineOf(raw, order), tickets, at, seed).matches);
    }),
    propertyRuns(0.25),
  );
});

test('a pool that is looked at whenever it says so leaves nobody waiting for an even match for good', () => {
  fc.assert(
    fc.property(ruleSets, pools(7, now), targets, (raw, tickets, { quality }) => {
      const pool = new MatchPool(engineOf(raw, 'closest', 0, quality));
      const waiting = new Map(tickets.map((it): [string, SearchingTicket] => [it.ticketId, it]));
      for (const each of tickets) pool.add(each);
      let at = now;
      for (let next: number | undefined = now; next !== undefined; ) {
        at = next;
        const pass = pool.pass(at, 1);
        for (const { ticketId } of pass.matches.flatMap((match) => match.tickets)) {
          pool.remove(ticketId);
          waiting.delete(ticketId);
        }
        next = pass.nextChange;
      }

      expect(formMatches(engineOf(raw), [...waiting.values()], at, 1).matches).toEqual([]);
    }),
    propertyRuns(0.25),
  );
});

describe('with a target of 45 to 55 %', () => {
  const quality = target(0.05, [20_000, 40_000]);
  const poolOf = (raw: RawRuleSet, ...tickets: SearchingTicket[]) => {
    const pool = new MatchPool(engineOf(raw, 'closest', 0, quality));
    for (const each of tickets) pool.add(each);
    return pool;
  };
  const playing = (pool: MatchPool, at: number) =>
    pool.pass(at, 1).matches.map((match) => match.tickets.map(({ ticketId }) => ticketId).sort());

  test('a match of 57 % waits until the band has widened, and is made then', () => {
    const [one, other] = [ticket('a', { skill: 1_500 }, 5), ticket('b', { skill: 1_550 })];
    const pool = poolOf(versus(1), one, other);

    expect(playing(pool, now)).toEqual([]);
    expect(pool.explain(other, now)).toMatchObject({
      waitsFor: 'evenness',
      uneven: { players: 2, until: now + 15_000, forMs: 15_000 },
      summary:
        'a match of 2 players is there, in which one side would win 57 %; it waits 15 s more for a more even one',
    });
    expect(pool.pass(now, 1).nextChange).toBe(now + 15_000);
    expect(playing(pool, now + 15_000)).toEqual([['a', 'b']]);
  });

  test('a more even partner is taken meanwhile, whoever is older', () => {
    const pool = poolOf(
      versus(1),
      ticket('a', { skill: 1_500 }, 5),
      ticket('b', { skill: 1_560 }, 4),
      ticket('c', { skill: 1_535 }, 3),
    );

    expect(playing(pool, now)).toEqual([['b', 'c']]);
  });

  test('so is another split of the same players', () => {
    const pool = poolOf(
      versus(2),
      ...[1_700, 1_690, 1_300, 1_310].map((skill, index) => ticket(`t${index}`, { skill }, 9 - index)),
    );

    expect(playing(pool, now)).toEqual([['t0', 't1', 't2', 't3']]);
  });

  test('a running match gets its players whatever its chances', () => {
    const pool = poolOf(
      versus(2),
      backfill('running', [
        { team: 'red', skill: 1_900 },
        { team: 'red', skill: 1_900 },
        { team: 'blue', skill: 1_500 },
      ]),
      ticket('a', { skill: 1_500 }),
    );

    expect(playing(pool, now)).toEqual([['a', 'running']]);
  });
});

describe('chances as the ladder predicts them', () => {
  const asRating: ChanceBy = { of: 'ladder', mean: { attribute: 'skill', as: 'rating' }, cautious: 'low' };
  const raw = versus(2);
  raw.playerAttributes.push({ name: 'low', type: 'number', default: 0 });
  const points = fc.integer({ min: 1_000, max: 2_000 });

  test('a match is made when the ladder itself predicts what was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ shown: points, below: fc.integer({ min: 90, max: 700 }) }), {
          minLength: 4,
          maxLength: 4,
        }),
        (players) => {
          const within = 0.08;
          const tickets = [players.slice(0, 2), players.slice(2)].map((party, index) =>
            ticket(
              `t${index}`,
              party.map(({ shown, below }) => ({ skill: shown, low: shown - below })),
            ),
          );
          const perMu = visibleRating({ mu: newcomer.mu + 100 }) / 100 - 15;
          const teams = [players.slice(0, 2), players.slice(2)].map((party) =>
            party.map(({ shown, below }) => ({
              playerId: '',
              rating: {
                ...newcomer,
                mu: newcomer.mu + (shown - 1_500) / perMu,
                sigma: Math.min(newcomer.sigma, below / 3 / perMu),
              },
            })),
          );
          const [chance = 0] = winChances(teams, { at: 0, season: 0 }, defaultSettings);
          fc.pre(Math.abs(Math.abs(chance - 0.5) - within) > 0.001);

          const engine = engineOf(raw, 'closest', 0, target(within, [60_000], asRating));

          expect(formMatches(engine, tickets, now, 1).matches.length).toBe(
            Number(Math.abs(chance - 0.5) <= within),
          );
        },
      ),
      propertyRuns(0.25),
    );
  });
});
