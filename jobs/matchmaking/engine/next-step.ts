import { ruleSetAt } from '../../rule-set/at-age.ts';
import { written } from '../../rule-set/expression.ts';
import type { Expansion, ExpansionStep, RuleSet } from '../../rule-set/rule-set.ts';

/**
 * What a ticket's growing older changes next. A match is judged by the age that `expansionAgeSelection`
 * names.
 */
export interface NextStep {
  /** When, ms since 1970. */
  readonly at: number;
  /**
   * `target` as the rule set writes it: `rules[FairSkill].maxDistance`. `from` is null where nothing was set.
   */
  readonly changes: readonly {
    readonly target: string;
    readonly from: number | string | null;
    readonly to: number | string;
  }[];
}

/** The next expansion step of a ticket searching since `since`; undefined when none is left. Times in ms. */
export function nextStepOf(ruleSet: RuleSet, since: number, now: number): NextStep | undefined {
  const age = now - since;
  const waits = ruleSet.expansions.flatMap(({ steps }) => steps.map(({ wait }) => wait));
  const next = Math.min(...waits.filter((wait) => wait > age));
  if (!Number.isFinite(next)) return undefined;
  const [before, after] = [ruleSetAt(ruleSet, age), ruleSetAt(ruleSet, next)];
  const changes = ruleSet.expansions
    .filter(({ steps }) => steps.some(({ wait }) => wait === next))
    .flatMap((expansion) =>
      expansion.names.map((name) => ({
        target: `${expansion.of}[${name}].${expansion.property}`,
        from: setting(before, expansion, name) ?? null,
        to: setting(after, expansion, name) ?? '',
      })),
    );
  return { at: since + next, changes };
}

function setting(ruleSet: RuleSet, { of, property }: Expansion, name: string): number | string | undefined {
  const items: readonly { readonly name: string }[] = of === 'rules' ? ruleSet.rules : ruleSet.teams;
  const item = items.find((candidate) => candidate.name === name) as Record<string, unknown> | undefined;
  const value = item?.[property] as ExpansionStep['value'] | undefined;
  return typeof value === 'object' ? written(value) : value;
}
