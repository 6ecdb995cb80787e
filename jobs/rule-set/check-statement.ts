import { rulesIn, type Statement } from './expression.ts';
import { type Fields, quoted } from './fields.ts';
import type { RulesRead } from './rule-set.ts';
import { didYouMean } from './spelling.ts';

/** A statement may name rules defined earlier only, and none that batches or sorts. */
export function checkStatement(fields: Fields, statement: Statement, { rules, broken }: RulesRead): void {
  const names = rules.map((rule) => rule.name);
  for (const name of new Set(rulesIn(statement))) {
    if (broken.has(name)) continue;
    const rule = rules.find((candidate) => candidate.name === name);
    if (rule === undefined)
      fields.problem(
        'statement',
        `names "${name}", and no rule before it is named so${didYouMean(name, names)}; before it come ${quoted(names) || 'none'}`,
      );
    else if (rule.type === 'batchDistance' || rule.type === 'absoluteSort' || rule.type === 'distanceSort')
      fields.problem('statement', `names "${name}", but a ${rule.type} rule cannot be part of a compound`);
  }
}
