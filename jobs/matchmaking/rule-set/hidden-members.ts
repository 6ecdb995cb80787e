import { callsOf, type Expression } from './expression.ts';
import type { Fields } from './fields.ts';
import type { Scope } from './parse-expression.ts';

/** Under the default `avg` a party meets a limit on players as soon as its average does. */
export function warnOfHiddenMembers(
  fields: Fields,
  measurements: readonly Expression[],
  reference: Expression | undefined,
  { largestParty }: Scope,
): void {
  const perPlayer = ({ kind, shape }: Expression) =>
    kind !== 'literal' && shape.item === 'number' && shape.depth > 0;
  const ofPlayers = measurements.some(
    (measurement) => perPlayer(measurement) && callsOf(measurement).every((name) => name === 'flatten'),
  );
  if (ofPlayers && reference?.kind === 'literal' && largestParty > 1)
    fields.findings.warn(
      fields.at('partyAggregation'),
      'is "avg" by default: a party counts with its average, which can hide a member beyond the limit; "min" holds its lowest member to it, "max" its highest',
    );
}
