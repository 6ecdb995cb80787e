import type { Expression } from '../../../rule-set/expression.ts';
import type { RunningScope } from '../expressions.ts';
import { isExact, stringsIn } from '../names.ts';
import { groupsIn, over, pathIn } from '../running.ts';
import { slackOf } from '../slack.ts';
import { broken, holding } from '../verdict.ts';
import type { Judge } from './judge.ts';

/**
 * Whether the players of each list of a path are alike, from running aggregates; undefined for anything but a
 * path.
 */
export function compileEquality(
  measurement: Expression,
  scope: RunningScope,
  exactly: Judge,
): Judge | undefined {
  const path = pathIn(measurement);
  if (path?.property.of !== 'attribute') return undefined;
  const { name, mapKey } = path.property;
  const groups = groupsIn(measurement, path, scope);
  if (scope.columns.typeOf(name) === 'string') {
    const column = scope.columns.bits(name, 'intersection');
    const commons = groups.map((teams) => over('and', column, 'once', teams, scope));
    return (lineup) => {
      let exact = true;
      for (const common of commons) {
        const bits = common(lineup);
        if (stringsIn(bits) === 0) return broken;
        exact &&= isExact(bits);
      }
      return exact ? holding : exactly(lineup);
    };
  }
  const { aggregation } = scope;
  if (aggregation === 'union' || aggregation === 'intersection') return undefined;
  const ends = groups.map((teams) =>
    (['min', 'max'] as const).map((end) => {
      const column = scope.columns.number(name, aggregation === 'each' ? end : aggregation, mapKey);
      return over(end, column, 'once', teams, scope);
    }),
  );
  return (lineup) => {
    for (const [smallest, largest] of ends) {
      const [low, high] = [smallest?.(lineup) ?? 0, largest?.(lineup) ?? 0];
      if (high > low && (aggregation !== 'avg' || high - low > slackOf(low, high))) return broken;
    }
    return holding;
  };
}
