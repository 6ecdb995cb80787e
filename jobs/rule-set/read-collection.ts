import { type Fields, optional } from './fields.ts';
import type { Scope } from './parse-expression.ts';
import { readMeasurements, readReference } from './read-expressions.ts';
import { collectionOperations, listAggregations, type Rule } from './rule-set.ts';

export function readCollection(fields: Fields, name: string, scope: Scope): Rule | undefined {
  const measurements = readMeasurements(fields, scope, 'string');
  const operation = fields.choice('operation', collectionOperations);
  const referenceValue = readReference(fields, scope, { item: 'string', lists: true });
  const partyAggregation = fields.choice('partyAggregation', listAggregations, 'union');
  const limits = optional({
    minCount: fields.number('minCount', { min: 0, whole: true }),
    maxCount: fields.number('maxCount', { min: 0, whole: true }),
  });
  if (measurements === undefined || operation === undefined) return undefined;
  if (operation !== 'intersection' && fields.get('referenceValue') === undefined)
    return fields.problem('referenceValue', `is missing; ${operation} compares with it`);
  if (operation === 'intersection' && referenceValue !== undefined)
    fields.findings.warn(fields.at('referenceValue'), 'ignored: an intersection has no reference');
  const asked = referenceValue?.kind === 'literal' ? [referenceValue.value].flat().length : 1;
  if (operation === 'contains' && asked !== 1)
    fields.problem(
      'referenceValue',
      `must be one value; contains counts the players whose list holds it, found ${asked}`,
    );
  if (operation === 'contains' && fields.get('partyAggregation') !== undefined)
    fields.findings.warn(
      fields.at('partyAggregation'),
      'ignored: contains counts players, each by their own list',
    );
  const reference = referenceValue === undefined || operation === 'intersection' ? {} : { referenceValue };
  return { name, type: 'collection', measurements, operation, ...reference, ...limits, partyAggregation };
}
