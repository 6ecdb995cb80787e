import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  configurationOf,
  openPoolOf,
  poolKeys,
  poolSplits,
  valuesOf,
} from '../../jobs/configuration/pool-name.ts';
import { loadRuleSet, type RuleSet } from '../../jobs/rule-set/load.ts';

const loaded = (rules: readonly object[], expansions: readonly object[] = []): RuleSet => {
  const result = loadRuleSet(
    JSON.stringify({
      name: 'r',
      ruleLanguageVersion: '1.0',
      playerAttributes: [
        { name: 'mode', type: 'string', default: 'casual' },
        { name: 'map', type: 'string' },
        { name: 'skill', type: 'number' },
      ],
      teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
      rules,
      expansions,
    }),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.ruleSet;
};
const same = (attribute: string) => ({ name: attribute, type: 'batchDistance', batchAttribute: attribute });
const player = (strings: Record<string, string>) => ({
  playerId: 'p',
  attributes: Object.fromEntries(Object.entries(strings).map(([name, S]) => [name, { S }])),
});

describe('the pool of a ticket', () => {
  test('is its configuration where no string splits it, a numeric batchDistance included', () => {
    const ruleSet = loaded([{ ...same('skill'), maxDistance: 10 }]);

    expect(openPoolOf('duel', poolSplits(ruleSet))([player({ map: 'dust' })])).toBe('duel');
  });

  test('names one value per string batchDistance rule, in their order, defaults included', () => {
    const poolOf = openPoolOf('duel', poolSplits(loaded([same('map'), same('mode')])));

    expect(poolOf([player({ map: 'a/b', mode: 'ranked' })])).toBe('duel/a%2Fb/ranked');
    expect(poolOf([player({ map: 'dust' })])).toBe('duel/dust/casual');
    expect(poolOf([player({})])).toBe('duel//casual');
  });

  test('differs exactly where a value differs, whatever the values are', () => {
    const poolOf = openPoolOf('duel', poolSplits(loaded([same('map'), same('mode')])));
    const text = fc
      .array(fc.constantFrom('a', 'B', '/', '%', '%2F', ' ', 'é', '🎲', '\ud800', '\0'), { maxLength: 4 })
      .map((parts) => parts.join(''));
    const values = fc.tuple(text, text);

    fc.assert(
      fc.property(values, values, ([map, mode], [otherMap, otherMode]) => {
        const pool = poolOf([player({ map, mode })]);
        expect(valuesOf(pool)).toEqual([map.toWellFormed(), mode.toWellFormed()]);
        expect(configurationOf(pool)).toBe('duel');
        const other = poolOf([player({ map: otherMap, mode: otherMode })]);
        expect(other === pool).toBe(
          map.toWellFormed() === otherMap.toWellFormed() && mode.toWellFormed() === otherMode.toWellFormed(),
        );
      }),
    );
  });

  test('is not split by a rule that an expansion changes', () => {
    const relaxed = { target: 'rules[map].maxDistance', steps: [{ waitTimeSeconds: 5, value: 1 }] };

    expect(poolKeys({ ...loaded([same('map')]), expansions: [] })).toEqual(['map']);
    expect(
      poolKeys({
        ...loaded([same('map')]),
        expansions: [{ of: 'rules', names: ['map'], property: relaxed.target, steps: [] }],
      }),
    ).toEqual([]);
  });
});
