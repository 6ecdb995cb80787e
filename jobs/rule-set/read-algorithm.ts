import { Fields, quoted, shown } from './fields.ts';
import type { Algorithm, PlayerAttribute } from './rule-set.ts';
import { didYouMean } from './spelling.ts';

const properties = [
  'strategy',
  'batchingPreference',
  'sortByAttributes',
  'balancedAttribute',
  'backfillPriority',
  'expansionAgeSelection',
];

/**
 * `algorithm`, defaults filled in. Its strategy does not decide the mode: docs ex. 10 is `balanced` and
 * small.
 */
export function readAlgorithm(
  root: Fields,
  attributes: readonly PlayerAttribute[],
  large: boolean,
): Algorithm {
  const value = root.get('algorithm');
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (value !== undefined && !isObject) root.problem('algorithm', `must be an object, found ${shown(value)}`);
  if (value === undefined && large)
    root.problem(
      'algorithm',
      'is missing; a match of more than 40 players needs one with strategy "balanced"',
    );
  const fields = new Fields(root.findings, 'algorithm', isObject ? value : {}, properties, 'algorithm');
  const strategy = fields.choice(
    'strategy',
    ['exhaustiveSearch', 'balanced'],
    large ? 'balanced' : 'exhaustiveSearch',
  );
  if (large && strategy !== 'balanced')
    fields.problem(
      'strategy',
      'must be "balanced" for a match of more than 40 players, found "exhaustiveSearch"',
    );
  const balancedAttribute = readBalancedAttribute(fields, attributes);
  if (
    strategy === 'balanced' &&
    balancedAttribute === undefined &&
    fields.get('balancedAttribute') === undefined
  )
    fields.problem(
      'balancedAttribute',
      'is missing; strategy "balanced" needs the number to balance teams by',
    );
  return {
    strategy,
    batchingPreference: readBatching(fields, strategy),
    sortByAttributes: readSortBy(fields, attributes),
    ...(balancedAttribute === undefined ? {} : { balancedAttribute }),
    backfillPriority: fields.choice('backfillPriority', ['normal', 'low', 'high'], 'normal'),
    expansionAgeSelection: fields.choice('expansionAgeSelection', ['newest', 'oldest'], 'newest'),
  };
}

function readBatching(fields: Fields, strategy: Algorithm['strategy']): Algorithm['batchingPreference'] {
  if (strategy === 'balanced')
    return fields.choice('batchingPreference', ['largestPopulation', 'fastestRegion'], 'largestPopulation');
  const preference = fields.choice('batchingPreference', ['random', 'sorted'], 'random');
  if (preference === 'sorted' && fields.get('sortByAttributes') === undefined)
    fields.problem(
      'sortByAttributes',
      'is missing; batchingPreference "sorted" needs the attributes to sort by',
    );
  return preference;
}

function readSortBy(fields: Fields, attributes: readonly PlayerAttribute[]): string[] {
  const value = fields.get('sortByAttributes');
  if (value === undefined) return [];
  const names: unknown[] = Array.isArray(value) ? value : [value];
  return names.filter((name, index): name is string => {
    const known = attributes.some((attribute) => attribute.name === name);
    if (!known) fields.problem(`sortByAttributes[${index}]`, undeclared(name, attributes));
    return known;
  });
}

function readBalancedAttribute(fields: Fields, attributes: readonly PlayerAttribute[]): string | undefined {
  const name = fields.get('balancedAttribute');
  if (name === undefined) return undefined;
  const declared = attributes.find((attribute) => attribute.name === name);
  if (declared === undefined) return fields.problem('balancedAttribute', undeclared(name, attributes));
  if (declared.type !== 'number')
    return fields.problem(
      'balancedAttribute',
      `must be a number attribute; "${declared.name}" is a ${declared.type}`,
    );
  return declared.name;
}

/** The message for a name that should be a declared attribute and is not. */
export function undeclared(name: unknown, attributes: readonly PlayerAttribute[]): string {
  const known = attributes.map((attribute) => attribute.name);
  const hint = typeof name === 'string' ? didYouMean(name, known) : '';
  return `must be a declared attribute${known.length === 0 ? ' (none is declared)' : ` (${quoted(known)})`}, found ${shown(name)}${hint}`;
}
