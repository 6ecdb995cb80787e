import { checkStatement } from './check-statement.ts';
import { evaluationsOf } from './evaluations.ts';
import { Fields, optional, shown } from './fields.ts';
import { warnOfAverage, warnOfHiddenMembers } from './hidden-members.ts';
import { ExpressionError, type Scope } from './parse-expression.ts';
import { parseStatement } from './parse-statement.ts';
import { undeclared } from './read-algorithm.ts';
import { readCollection } from './read-collection.ts';
import { itemOf, readMeasurements, readReference } from './read-expressions.ts';
import {
  distanceReferences,
  numberAggregations,
  type Operation,
  operations,
  type PlayerAttribute,
  type Rule,
  type RulesRead,
  ruleSetLimits,
} from './rule-set.ts';

type RuleType = Rule['type'];

/** Properties beyond name, description and type. */
const propertiesOf: Record<RuleType, readonly string[]> = {
  comparison: ['measurements', 'operation', 'referenceValue', 'partyAggregation'],
  distance: ['measurements', 'referenceValue', 'minDistance', 'maxDistance', 'partyAggregation'],
  batchDistance: ['batchAttribute', 'maxDistance', 'partyAggregation'],
  collection: ['measurements', 'operation', 'referenceValue', 'minCount', 'maxCount', 'partyAggregation'],
  latency: ['maxLatency', 'maxDistance', 'distanceReference', 'partyAggregation'],
  absoluteSort: ['sortDirection', 'sortAttribute', 'mapKey', 'partyAggregation'],
  distanceSort: ['sortDirection', 'sortAttribute', 'mapKey', 'partyAggregation'],
  compound: ['statement'],
};
const ruleTypes = Object.keys(propertiesOf) as RuleType[];

/** Properties an expansion may set, per rule type: all but the ones that say what the rule is about. */
export function expandable(type: RuleType): string[] {
  if (type === 'compound' || type === 'absoluteSort' || type === 'distanceSort') return [];
  const fixed = ['measurements', 'batchAttribute'];
  return propertiesOf[type].filter((property) => !fixed.includes(property));
}

/** `rules`, each of one of eight types; in a large match only latency (maxLatency) and batchDistance. */
export function readRules(
  root: Fields,
  scope: Scope,
  large: boolean,
): { rules: Rule[]; broken: ReadonlySet<string> } {
  const rules: Rule[] = [];
  const broken = new Set<string>();
  const taken = new Set<string>();
  for (const { path, value } of root.objects('rules', ruleSetLimits.rules)) {
    const type = ruleTypes.find((known) => known === typeIn(value));
    const owner = type === undefined ? 'a rule' : `a ${type} rule`;
    const fields = new Fields(root.findings, path, value, [...common, ...propertiesFor(type)], owner);
    const name = fields.text('name');
    fields.choice('type', ruleTypes);
    if (name !== undefined) broken.add(name);
    if (name === undefined || type === undefined) continue;
    if (taken.has(name)) fields.problem('name', `another rule is already named "${name}"`);
    taken.add(name);
    if (large) refuseInLarge(fields, type);
    const rule = readRule(fields, name, type, scope, { rules, broken });
    if (rule === undefined) continue;
    rules.push(rule);
    broken.delete(name);
  }
  const evaluations = evaluationsOf(rules);
  if (evaluations > ruleSetLimits.evaluations)
    root.problem(
      'rules',
      `are evaluated ${evaluations} times for each look at a match, counting every measurement and every rule a compound names; at most ${ruleSetLimits.evaluations} are allowed`,
    );
  return { rules, broken };
}

const common = ['name', 'description', 'type'];

function typeIn(rule: object): unknown {
  return Object.entries(rule).find(([key]) => key.toLowerCase() === 'type')?.[1];
}

function propertiesFor(type: RuleType | undefined): readonly string[] {
  return type === undefined ? [...new Set(Object.values(propertiesOf).flat())] : propertiesOf[type];
}

function refuseInLarge(fields: Fields, type: RuleType): void {
  if (type !== 'latency' && type !== 'batchDistance')
    fields.problem(
      'type',
      `must be latency or batchDistance in a match of more than 40 players, found "${type}"`,
    );
  for (const property of ['maxDistance', 'distanceReference'])
    if (type === 'latency' && fields.get(property) !== undefined)
      fields.problem(property, 'is not available in a match of more than 40 players; use maxLatency');
}

function readRule(
  fields: Fields,
  name: string,
  type: RuleType,
  scope: Scope,
  earlier: RulesRead,
): Rule | undefined {
  switch (type) {
    case 'comparison':
      return readComparison(fields, name, scope);
    case 'distance':
      return readDistance(fields, name, scope);
    case 'batchDistance':
      return readBatchDistance(fields, name, scope);
    case 'collection':
      return readCollection(fields, name, scope);
    case 'latency':
      return readLatency(fields, name, scope);
    case 'absoluteSort':
    case 'distanceSort':
      return readSort(fields, name, type, scope);
    case 'compound':
      return readCompound(fields, name, earlier);
  }
}

function readComparison(fields: Fields, name: string, scope: Scope): Rule | undefined {
  const measurements = readMeasurements(fields, scope, 'any');
  const operation = fields.choice('operation', operations);
  const party = fields.get('partyAggregation') === undefined ? undefined : aggregation(fields);
  if (operation === undefined || measurements === undefined) return undefined;
  const alone = fields.get('referenceValue') === undefined;
  if (alone && isOrdering(operation))
    return fields.problem(
      'operation',
      `must be "=" or "!=" without a referenceValue, found ${shown(operation)}`,
    );
  const item = itemOf(measurements);
  if (!alone && item === undefined)
    return fields.problem(
      'measurements',
      'give numbers and strings; with a referenceValue all of them must give the same',
    );
  if (item === 'string' && isOrdering(operation)) return fields.problem('operation', unordered(operation));
  const referenceValue = item && readReference(fields, scope, { item });
  warnOfHiddenMembers(fields, measurements, referenceValue, scope);
  return {
    name,
    type: 'comparison',
    measurements,
    operation,
    ...(referenceValue === undefined ? {} : { referenceValue }),
    ...(party === undefined ? {} : { partyAggregation: party }),
  };
}

export function isOrdering(operation: Operation): boolean {
  return operation !== '=' && operation !== '!=';
}

export const unordered = (operation: string) =>
  `must be "=" or "!=" where strings are compared, found ${shown(operation)}: only numbers have an order`;

function readDistance(fields: Fields, name: string, scope: Scope): Rule | undefined {
  const measurements = readMeasurements(fields, scope, 'number');
  const referenceValue = readReference(fields, scope, { item: 'number' });
  const limits = optional({
    minDistance: fields.number('minDistance', { min: 0 }),
    maxDistance: fields.number('maxDistance', { min: 0 }),
  });
  if (fields.get('minDistance') === undefined && fields.get('maxDistance') === undefined)
    fields.problem('maxDistance', 'is missing; a distance rule needs maxDistance or minDistance or both');
  if (fields.get('referenceValue') === undefined)
    return fields.problem('referenceValue', 'is missing; a distance rule measures from it');
  if (measurements === undefined || referenceValue === undefined) return undefined;
  warnOfHiddenMembers(fields, measurements, referenceValue, scope);
  return {
    name,
    type: 'distance',
    measurements,
    referenceValue,
    ...limits,
    partyAggregation: aggregation(fields),
  };
}

function readBatchDistance(fields: Fields, name: string, scope: Scope): Rule | undefined {
  const declared = attribute(fields, 'batchAttribute', scope);
  const maxDistance = fields.number('maxDistance', { min: 0 });
  if (declared === undefined) return undefined;
  if (declared.type !== 'number' && declared.type !== 'string')
    return fields.problem(
      'batchAttribute',
      `must be a number or string attribute; "${declared.name}" is a ${declared.type}`,
    );
  if (declared.type === 'number' && fields.get('maxDistance') === undefined)
    return fields.problem('maxDistance', `is missing; the number attribute "${declared.name}" needs one`);
  if (declared.type === 'string' && maxDistance !== undefined)
    fields.findings.warn(
      fields.at('maxDistance'),
      `ignored: "${declared.name}" is a string, all values must be the same`,
    );
  if (declared.type === 'number') warnOfAverage(fields, scope);
  const limit = declared.type === 'number' && maxDistance !== undefined ? { maxDistance } : {};
  return {
    name,
    type: 'batchDistance',
    batchAttribute: declared.name,
    ...limit,
    partyAggregation: aggregation(fields),
  };
}

function readLatency(fields: Fields, name: string, scope: Scope): Rule {
  const limits = optional({
    maxLatency: fields.number('maxLatency', { min: 0 }),
    maxDistance: fields.number('maxDistance', { min: 0 }),
  });
  if (fields.get('maxLatency') === undefined && fields.get('maxDistance') === undefined)
    fields.problem('maxLatency', 'is missing; a latency rule needs maxLatency or maxDistance or both');
  warnOfAverage(fields, scope);
  return {
    name,
    type: 'latency',
    ...limits,
    distanceReference: fields.choice('distanceReference', distanceReferences, 'avg'),
    partyAggregation: aggregation(fields),
  };
}

function readSort(
  fields: Fields,
  name: string,
  type: 'absoluteSort' | 'distanceSort',
  scope: Scope,
): Rule | undefined {
  const sortDirection = fields.choice('sortDirection', ['ascending', 'descending']);
  const declared = attribute(fields, 'sortAttribute', scope);
  const partyAggregation = aggregation(fields);
  if (sortDirection === undefined || declared === undefined) return undefined;
  const base = { name, type, sortDirection, sortAttribute: declared.name, partyAggregation };
  if (declared.type !== 'string_number_map') return base;
  const mapKey = fields.choice('mapKey', ['minValue', 'maxValue']);
  return mapKey === undefined ? undefined : { ...base, mapKey };
}

function readCompound(fields: Fields, name: string, earlier: RulesRead): Rule | undefined {
  const text = fields.text('statement');
  if (text === undefined) return undefined;
  try {
    const statement = parseStatement(text);
    const before = fields.findings.problems.length;
    checkStatement(fields, statement, earlier);
    return fields.findings.problems.length === before ? { name, type: 'compound', statement } : undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return fields.problem('statement', error.message);
  }
}

function aggregation(fields: Fields) {
  return fields.choice('partyAggregation', numberAggregations, 'avg');
}

function attribute(fields: Fields, property: string, scope: Scope): PlayerAttribute | undefined {
  const name = fields.get(property);
  const declared = typeof name === 'string' ? scope.attributes.get(name) : undefined;
  return declared ?? fields.problem(property, undeclared(name, [...scope.attributes.values()]));
}
