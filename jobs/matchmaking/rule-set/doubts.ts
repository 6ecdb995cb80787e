import { pathsOf } from './expression.ts';
import type { Problem } from './fields.ts';
import { largestMatch, type Rule, type RuleSet } from './rule-set.ts';

/** What loads but cannot work, or does nothing. Paths are those of the rule set's own JSON. */
export function doubtsAbout(ruleSet: RuleSet): Problem[] {
  const relaxed = new Set(ruleSet.expansions.flatMap(({ of, names }) => (of === 'rules' ? names : [])));
  return [...unusedAttributes(ruleSet), ...impossibleRules(ruleSet, relaxed)];
}

/** Steps later than the configuration's request timeout, in seconds: the ticket is gone before they come. */
export function stepsBeyond(ruleSet: RuleSet, requestTimeoutSeconds: number): Problem[] {
  return ruleSet.expansions.flatMap(({ steps }, expansion) =>
    steps.flatMap(({ wait }, step) =>
      wait < requestTimeoutSeconds * 1000
        ? []
        : [
            {
              path: `expansions[${expansion}].steps[${step}].waitTimeSeconds`,
              message: `${wait / 1000} s is never reached: tickets time out after ${requestTimeoutSeconds} s`,
            },
          ],
    ),
  );
}

function unusedAttributes(ruleSet: RuleSet): Problem[] {
  const { sortByAttributes, balancedAttribute } = ruleSet.algorithm;
  const used = new Set([...sortByAttributes, balancedAttribute, ...ruleSet.rules.flatMap(attributesOf)]);
  return ruleSet.attributes.flatMap(({ name }, index) =>
    used.has(name)
      ? []
      : [
          {
            path: `playerAttributes[${index}]`,
            message: `no rule reads "${name}"; it is only handed on to the game`,
          },
        ],
  );
}

function attributesOf(rule: Rule): string[] {
  if (rule.type === 'batchDistance') return [rule.batchAttribute];
  if ('sortAttribute' in rule) return [rule.sortAttribute];
  if (!('measurements' in rule)) return [];
  return [...rule.measurements, rule.referenceValue].flatMap((expression) =>
    expression === undefined
      ? []
      : pathsOf(expression).flatMap(({ property }) => (property.of === 'attribute' ? [property.name] : [])),
  );
}

function impossibleRules({ rules, teams }: RuleSet, relaxed: ReadonlySet<string>): Problem[] {
  return rules.flatMap((rule, index): Problem[] => {
    if (relaxed.has(rule.name)) return [];
    const at = (property: string, message: string) => [{ path: `rules[${index}].${property}`, message }];
    if (rule.type === 'distance' && (rule.minDistance ?? 0) > (rule.maxDistance ?? Number.POSITIVE_INFINITY))
      return at('minDistance', `no match can pass: it is above maxDistance (${rule.maxDistance})`);
    if (rule.type !== 'collection') return [];
    if ((rule.minCount ?? 0) > (rule.maxCount ?? Number.POSITIVE_INFINITY))
      return at('minCount', `no match can pass: it is above maxCount (${rule.maxCount})`);
    if (rule.operation === 'contains' && (rule.minCount ?? 0) > largestMatch(teams))
      return at('minCount', `no match can pass: there are at most ${largestMatch(teams)} players`);
    return [];
  });
}
