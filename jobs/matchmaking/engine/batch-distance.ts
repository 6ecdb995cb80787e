import type { Expression } from '../../rule-set/expression.ts';
import { type BatchDistanceRule, instanceNames, type Rule, type RuleSet } from '../../rule-set/rule-set.ts';

/**
 * The rule set with its batchDistance rules as what they mean over all players of a match: numbers lie at
 * most so far apart, strings are equal.
 */
export function asDistances(ruleSet: RuleSet): RuleSet {
  const teams = ruleSet.teams.flatMap(instanceNames);
  return {
    ...ruleSet,
    rules: ruleSet.rules.map((rule) => (rule.type === 'batchDistance' ? overAll(rule, teams) : rule)),
  };
}

function overAll(rule: BatchDistanceRule, teams: readonly string[]): Rule {
  const { name, batchAttribute, maxDistance, partyAggregation } = rule;
  if (maxDistance === undefined)
    return {
      name,
      type: 'comparison',
      measurements: [everybody(batchAttribute, 'string', teams)],
      operation: '=',
    };
  const of = everybody(batchAttribute, 'number', teams);
  const end = (which: 'min' | 'max'): Expression => ({
    kind: 'call',
    name: which,
    of,
    shape: { depth: 0, item: 'number' },
  });
  return {
    name,
    type: 'distance',
    measurements: [end('max')],
    referenceValue: end('min'),
    maxDistance,
    partyAggregation,
  };
}

function everybody(name: string, item: 'number' | 'string', teams: readonly string[]): Expression {
  const of: Expression = {
    kind: 'path',
    teams,
    grouped: true,
    property: { of: 'attribute', name },
    shape: { depth: 2, item },
  };
  return { kind: 'call', name: 'flatten', of, shape: { depth: 1, item } };
}
