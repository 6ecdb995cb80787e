import type { Expansion, Rule, RuleSet, Team } from './rule-set.ts';

/**
 * The rule set as matches with a backfill ticket are judged by it: with the expansions of their own, if it
 * has any.
 */
export function ofBackfill(ruleSet: RuleSet): RuleSet {
  const { backfillExpansions } = ruleSet;
  return backfillExpansions ? { ...ruleSet, expansions: backfillExpansions } : ruleSet;
}

/** Every expansion there is, whichever matches it is for. */
export const everyExpansion = ({ expansions, backfillExpansions = [] }: RuleSet): Expansion[] => [
  ...expansions,
  ...backfillExpansions,
];

/** Ages (ms) at which the rule set changes for any match, starting with 0. */
export function stageStarts(ruleSet: RuleSet): number[] {
  const waits = everyExpansion(ruleSet).flatMap((expansion) => expansion.steps.map((step) => step.wait));
  return [...new Set([0, ...waits])].sort((a, b) => a - b);
}

/**
 * The rule set with every expansion applied that an age (ms) has reached. Targets move independently of each
 * other.
 */
export function ruleSetAt(ruleSet: RuleSet, age: number): RuleSet {
  let { rules, teams } = ruleSet;
  for (const expansion of ruleSet.expansions) {
    const step = expansion.steps.findLast(({ wait }) => wait <= age);
    if (step === undefined) continue;
    const names = new Set(expansion.names);
    const changed = <T extends Rule | Team>(item: T): T =>
      names.has(item.name) ? { ...item, [expansion.property]: step.value } : item;
    if (expansion.of === 'rules') rules = rules.map(changed);
    else teams = teams.map(changed);
  }
  return { ...ruleSet, rules, teams };
}

/**
 * Looser with age: upper limits only rise and lower ones only fall. What is broken at one stage is at all
 * earlier ones.
 */
export function onlyLoosens(ruleSet: RuleSet): boolean {
  return ruleSet.expansions.every((expansion) => {
    const direction = { max: 1, min: -1 }[expansion.property.slice(0, 3)];
    if (direction === undefined) return false;
    const items: readonly { readonly name: string }[] =
      expansion.of === 'rules' ? ruleSet.rules : ruleSet.teams;
    return items
      .filter(({ name }) => expansion.names.includes(name))
      .every((item) => {
        const original = Number((item as unknown as Record<string, unknown>)[expansion.property]);
        const values = [original, ...expansion.steps.map((step) => Number(step.value))];
        return values.every(
          (value, index) => index === 0 || (value - (values[index - 1] ?? value)) * direction >= 0,
        );
      });
  });
}
