import type { Problem } from '../problem-list.ts';
import { ruleSetAt, stageStarts } from './at-age.ts';
import { pathsOf, rulesIn } from './expression.ts';
import { impossible } from './impossible.ts';
import { expressionsOf, largestMatch, type Rule, type RuleSet } from './rule-set.ts';

/** What loads but cannot work, or does nothing. Paths are those of the rule set's own JSON. */
export function doubtsAbout(ruleSet: RuleSet): Problem[] {
  return [...unusedAttributes(ruleSet), ...impossibleRules(ruleSet), ...shutTeams(ruleSet)];
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
  return expressionsOf(rule)
    .flatMap(pathsOf)
    .flatMap(({ property }) => (property.of === 'attribute' ? [property.name] : []));
}

function impossibleRules(ruleSet: RuleSet): Problem[] {
  const { rules } = ruleSet;
  const ages = stageStarts(ruleSet).map((age) => ruleSetAt(ruleSet, age));
  const players = Math.max(...ages.map(({ teams }) => largestMatch(teams)));
  const parts = new Set(rules.flatMap((rule) => (rule.type === 'compound' ? rulesIn(rule.statement) : [])));
  return rules.flatMap(({ name }, index): Problem[] => {
    const whys = ages.map((age) => age.rules[index] && impossible(age.rules[index], players));
    const [why] = whys;
    if (why === undefined || whys.includes(undefined)) return [];
    const effect = parts.has(name) ? 'is never true' : 'no match can pass';
    return [{ path: `rules[${index}].${why.property}`, message: `${effect}: ${why.message}` }];
  });
}

/** A party of one fits every team as declared, so only expansions can shut one. */
function shutTeams(ruleSet: RuleSet): Problem[] {
  const ages = stageStarts(ruleSet).map((age) => ({ age, teams: ruleSetAt(ruleSet, age).teams }));
  return ruleSet.teams.flatMap(({ name }, index) => {
    for (const { age, teams } of ages) {
      const { minPlayers = 0, maxPlayers = 0 } = teams[index] ?? {};
      const message = `no party fits "${name}" from ${age / 1000} s on`;
      if (maxPlayers < 1) return [{ path: `teams[${index}].maxPlayers`, message: `${message}: it is 0` }];
      if (minPlayers > maxPlayers)
        return [
          {
            path: `teams[${index}].minPlayers`,
            message: `${message}: it is above maxPlayers (${maxPlayers})`,
          },
        ];
    }
    return [];
  });
}
