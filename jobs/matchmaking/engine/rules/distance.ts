import type { DistanceRule } from '../../../rule-set/rule-set.ts';
import type { RunningScope, Scalar } from '../expressions.ts';
import { compileGather } from '../running.ts';
import { slackOf } from '../slack.ts';
import { gapMoves } from '../trend.ts';
import { broken, failing, holding, undecided, type Verdict } from '../verdict.ts';
import { weakest } from './compound.ts';
import type { Judge } from './judge.ts';

/** Every innermost number within minDistance..maxDistance of the reference. */
export function compileDistance(rule: DistanceRule, scope: RunningScope): Judge {
  const { referenceValue: reference, minDistance = 0, maxDistance = Number.POSITIVE_INFINITY } = rule;
  const gatherReference = compileGather(reference, scope);
  // Whoever lies between two numbers that are near enough is near enough.
  const ends = rule.minDistance === undefined && reference.shape.depth === 0;
  const judges = rule.measurements.map((measurement): Judge => {
    const gather = compileGather(measurement, scope, ends);
    const { mayDrop, mayClimb } = gapMoves(measurement, reference);
    const values: number[] = [];
    const references: number[] = [];
    return (lineup) => {
      values.length = references.length = 0;
      gather(lineup, values as Scalar[]);
      gatherReference(lineup, references as Scalar[]);
      const indexed = references.length === values.length;
      let verdict: Verdict = holding;
      for (let index = 0; index < values.length; index++) {
        const value = values[index] ?? Number.NaN;
        const from = references[indexed ? index : 0] ?? Number.NaN;
        const gap = value - from;
        const slack = slackOf(value, from);
        if (Number.isNaN(gap)) verdict = Math.min(verdict, undecided) as Verdict;
        else if (Math.abs(gap) > maxDistance + slack) {
          if (!(gap > 0 ? mayDrop : mayClimb)) return broken;
          verdict = failing;
        } else if (Math.abs(gap) < minDistance - slack) {
          if (!mayDrop && !mayClimb) return broken;
          verdict = failing;
        }
      }
      return verdict;
    };
  });
  return weakest(judges);
}
