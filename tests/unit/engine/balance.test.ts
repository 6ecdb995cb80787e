import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { chanceFrom } from '../../../jobs/matchmaking/engine/chance.ts';
import { compileRuleSet } from '../../../jobs/matchmaking/engine/compile.ts';
import { type FormedMatch, formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { engineOf, matchesOf, now, ticket, versus } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

const everybody = 'flatten(teams[*].players.attributes[skill])';
const near = (maxDistance: number) => ({
  name: 'Near',
  type: 'distance',
  measurements: [`max(${everybody})`],
  referenceValue: `min(${everybody})`,
  maxDistance,
});
const fair = (maxDistance: number) => ({
  name: 'Fair',
  type: 'distance',
  measurements: ['avg(teams[*].players.attributes[skill])'],
  referenceValue: `avg(${everybody})`,
  maxDistance,
});
const healers = {
  name: 'Healers',
  type: 'comparison',
  measurements: ['max(teams[*].players.attributes[healer])'],
  referenceValue: 1,
  operation: '=',
};

function ruleSet(teams: number, size: number, rules: RawRuleSet[], algorithm?: RawRuleSet): RawRuleSet {
  return {
    ruleLanguageVersion: '1.0',
    playerAttributes: ['skill', 'healer'].map((name) => ({ name, type: 'number', default: 0 })),
    teams: [{ name: 'team', minPlayers: size, maxPlayers: size, quantity: teams }],
    rules,
    ...(algorithm && { algorithm }),
  };
}

const balancing = {
  strategy: 'balanced',
  balancedAttribute: 'skill',
  batchingPreference: 'largestPopulation',
};

const skillOf = ({ attributes: { skill } }: SearchingTicket['players'][number]): number =>
  skill !== undefined && 'N' in skill ? skill.N : 0;

/** Highest mean skill of a team less the lowest. */
function spreadOf({ tickets, teams }: FormedMatch): number {
  const skills = new Map(tickets.flatMap(({ players }) => players.map((it) => [it.playerId, skillOf(it)])));
  const means = teams.map(
    ({ playerIds }) => playerIds.reduce((sum, id) => sum + (skills.get(id) ?? 0), 0) / playerIds.length,
  );
  return Math.max(...means) - Math.min(...means);
}

/** Every way to put the tickets on teams of the sizes they have. */
function* splitsOf({ tickets, teams }: FormedMatch): Generator<FormedMatch> {
  const seated = teams.map(({ name }) => ({ name, playerIds: [] as string[] }));
  function* seat(index: number): Generator<FormedMatch> {
    const next = tickets[index];
    if (next === undefined) return yield { tickets, teams: structuredClone(seated) };
    for (const [at, team] of seated.entries()) {
      if (team.playerIds.length + next.players.length > (teams[at]?.playerIds.length ?? 0)) continue;
      team.playerIds.push(...next.players.map(({ playerId }) => playerId));
      yield* seat(index + 1);
      team.playerIds.length -= next.players.length;
    }
  }
  yield* seat(0);
}

const shapes = fc.constantFrom([2, 2], [2, 3], [2, 5], [3, 2], [3, 3]);
const party = fc.array(
  fc.record({ skill: fc.integer({ min: 0, max: 100 }), healer: fc.constantFrom(0, 0, 1) }),
  { minLength: 1, maxLength: 3 },
);

test('no split of its tickets that the rules allow is more even than the one a match has', () => {
  fc.assert(
    fc.property(
      shapes,
      fc.array(party, { minLength: 4, maxLength: 12 }),
      fc.subarray([near(80), fair(10), healers]),
      fc.boolean(),
      fc.nat(),
      ([teams = 2, size = 2], parties, rules, balanced, seed) => {
        const raw = ruleSet(teams, size, rules, balanced ? balancing : undefined);
        fc.pre(balanced || rules.some(({ type }) => type === 'distance'));
        const tickets = parties.map((players, index) => ticket(`t${index}-`, players, 12 - index));

        for (const match of formMatches(engineOf(raw), tickets, now, seed).matches) {
          expect(violations(raw, match, now)).toEqual([]);
          const least = spreadOf(match) - 1e-9;
          for (const split of splitsOf(match))
            if (spreadOf(split) < least) expect(violations(raw, split, now)).not.toEqual([]);
        }
      },
    ),
    propertyRuns(0.5),
  );
});

function pool(count: number, sizes: readonly number[], seed: number): SearchingTicket[] {
  const chance = chanceFrom(seed);
  const normal = () =>
    1_500 + 300 * Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: count }, (_, index) => {
    const size = sizes[index % sizes.length] ?? 1;
    return ticket(
      `t${index}-`,
      Array.from({ length: size }, () => ({ skill: normal() })),
      count - index,
    );
  });
}

test('a balanced match of two teams of fifty with parties has team means at most 5 apart', () => {
  const raw = ruleSet(2, 50, [], balancing);
  for (let seed = 1; seed <= 10; seed++) {
    const [match] = matchesOf(raw, pool(80, [1, 1, 2, 3, 4], seed));

    expect(match && spreadOf(match)).toBeLessThan(5);
  }
});

test('teams beyond an exact split are evened by swaps that keep every rule', () => {
  const raw = ruleSet(4, 5, [healers], balancing);
  for (let seed = 1; seed <= 10; seed++) {
    const tickets = pool(20, [1], seed).map((it, index) => ({
      ...it,
      players: it.players.map((player) => ({
        ...player,
        attributes: { ...player.attributes, healer: { N: Number(index % 5 === 0) } },
      })),
    }));
    const [match] = matchesOf(raw, tickets);
    if (match === undefined) throw new Error('no match');

    expect(violations(raw, match, now)).toEqual([]);
    expect(spreadOf(match)).toBeLessThan(30);
  }
});

test('ten tickets that fit one match only in one split are matched', () => {
  const skills = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];
  const high = [256, 1, 2, 4, 0].reduce((sum, skill) => sum + skill, 0) / 5;
  const low = [8, 16, 32, 64, 128].reduce((sum, skill) => sum + skill, 0) / 5;
  const raw = versus(5, [{ ...fair((high - low) / 2), name: 'Fair' }]);

  const matches = matchesOf(
    raw,
    skills.map((skill, index) => ticket(`t${index}`, { skill }, index)),
  );

  expect(matches.map(spreadOf)).toEqual([high - low]);
});

test('a waiting ticket takes the place of one of its size where that evens the teams', () => {
  const party = (skill: number) => Array.from({ length: 3 }, () => ({ skill }));
  const raw = versus(3, [{ ...near(100), name: 'Near' }]);

  const [match] = matchesOf(raw, [
    ticket('oldest', party(50), 9),
    ticket('uneven', party(60), 8),
    ticket('even', [{ skill: 40 }, { skill: 50 }, { skill: 60 }], 7),
  ]);

  expect(match?.tickets.map(({ ticketId }) => ticketId).sort()).toEqual(['even', 'oldest']);
});

test('teams are made even by the attribute that the configuration rates by, else by what the rules limit', () => {
  const raw = versus(2, [{ ...near(100), name: 'Near' }], {
    playerAttributes: ['skill', 'rank'].map((name) => ({ name, type: 'number' })),
  });
  const loaded = loadRuleSet(JSON.stringify(raw));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const players = [
    { skill: 0, rank: 10 },
    { skill: 10, rank: 20 },
    { skill: 30, rank: 30 },
    { skill: 20, rank: 60 },
  ].map((player, index) => ticket(`t${index}`, player, 9 - index));
  const opponents = (balanceBy?: string) => {
    const engine = compileRuleSet(loaded.ruleSet, balanceBy === undefined ? {} : { balanceBy });
    const [match] = formMatches(engine, players, now, 1).matches;
    return match?.teams.find(({ playerIds }) => playerIds.includes('t0'))?.playerIds.toSorted();
  };

  expect(opponents()).toEqual(['t0', 't2']);
  expect(opponents('rank')).toEqual(['t0', 't3']);
});
