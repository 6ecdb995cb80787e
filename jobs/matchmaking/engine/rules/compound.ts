import type { Statement } from '../../../rule-set/expression.ts';
import { broken, failing, holding, opposite, sure, undecided, type Verdict } from '../verdict.ts';
import type { Judge } from './judge.ts';

/** All must pass: a rule stands as its weakest part does. */
export function weakest(judges: readonly Judge[]): Judge {
  const [only] = judges;
  if (judges.length === 1 && only !== undefined) return only;
  return (lineup) => {
    let verdict: Verdict = sure;
    for (const judge of judges) {
      verdict = Math.min(verdict, judge(lineup)) as Verdict;
      if (verdict === broken) break;
    }
    return verdict;
  };
}

/**
 * Three-valued logic over rules, kept apart from whether a value can still change. `judgeOf` compiles a rule
 * by name.
 */
export function compileStatement(statement: Statement, judgeOf: (rule: string) => Judge): Judge {
  if (statement.kind === 'rule') return judgeOf(statement.name);
  const parts = statement.of.map((part) => compileStatement(part, judgeOf));
  switch (statement.kind) {
    case 'and':
      return weakest(parts);
    case 'or':
      return (lineup) =>
        parts.reduce<Verdict>((best, judge) => Math.max(best, judge(lineup)) as Verdict, broken);
    case 'not':
      return (lineup) => opposite(parts[0]?.(lineup) ?? undecided);
    case 'xor':
      return (lineup) => exactlyOne(parts.map((judge) => judge(lineup)));
  }
}

/** Undocumented for more than two arguments: exactly one of them is true. */
function exactlyOne(verdicts: readonly Verdict[]): Verdict {
  const certain = verdicts.filter((verdict) => verdict === sure).length;
  if (certain > 1) return broken;
  if (verdicts.includes(undecided)) return undecided;
  const one = verdicts.filter((verdict) => verdict >= holding).length === 1;
  const final = verdicts.every((verdict) => verdict === sure || verdict === broken);
  if (one) return final ? sure : holding;
  return final ? broken : failing;
}
