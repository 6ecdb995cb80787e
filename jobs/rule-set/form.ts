import { z } from 'zod';
import {
  attributeTypes,
  collectionOperations,
  distanceReferences,
  listAggregations,
  numberAggregations,
  operations,
  ruleSetLimits,
} from './rule-set.ts';

/** Numbers may arrive as strings. */
const number = z.union([z.number(), z.string().regex(/^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/)]);
const expression = z.union([z.string(), z.number(), z.array(z.unknown())]);
const measurements = z.union([z.string(), z.array(z.string())]);
const description = z.string().optional();
const name = z.string().min(1);

const numberParty = z.enum(numberAggregations).optional();
const listParty = z.enum(listAggregations).optional();
const sort = {
  sortDirection: z.enum(['ascending', 'descending']),
  sortAttribute: name,
  mapKey: z.string().optional(),
  partyAggregation: numberParty,
};

const rule = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({ name, type: z.literal(type), description, ...shape });

const rules = z.discriminatedUnion('type', [
  rule('comparison', {
    measurements,
    operation: z.enum(operations),
    referenceValue: expression.optional(),
    partyAggregation: numberParty,
  }),
  rule('distance', {
    measurements,
    referenceValue: expression,
    minDistance: number.optional(),
    maxDistance: number.optional(),
    partyAggregation: numberParty,
  }),
  rule('batchDistance', {
    batchAttribute: name,
    maxDistance: number.optional(),
    partyAggregation: numberParty,
  }),
  rule('collection', {
    measurements,
    operation: z.enum(collectionOperations),
    referenceValue: expression.optional(),
    minCount: number.optional(),
    maxCount: number.optional(),
    partyAggregation: listParty,
  }),
  rule('latency', {
    maxLatency: number.optional(),
    maxDistance: number.optional(),
    distanceReference: z.enum(distanceReferences).optional(),
    partyAggregation: numberParty,
  }),
  rule('absoluteSort', sort),
  rule('distanceSort', sort),
  rule('compound', { statement: z.string() }),
]);

/**
 * What a rule set looks like, for editors: names, kinds and choices. Whether its parts fit each other is said
 * by `loadRuleSet`, which also takes names in any case and passes over those it does not know.
 */
export const ruleSetForm = z.looseObject({
  name: z.string().optional(),
  ruleLanguageVersion: z.union([z.literal('1.0'), z.literal(1)]),
  playerAttributes: z
    .array(
      z.looseObject({ name, type: z.enum(attributeTypes), default: z.unknown().optional(), description }),
    )
    .max(ruleSetLimits.attributes)
    .optional(),
  algorithm: z
    .looseObject({
      strategy: z.enum(['exhaustiveSearch', 'balanced']).optional(),
      batchingPreference: z.enum(['random', 'sorted', 'largestPopulation', 'fastestRegion']).optional(),
      sortByAttributes: z.union([z.string(), z.array(z.string())]).optional(),
      balancedAttribute: z.string().optional(),
      backfillPriority: z.enum(['normal', 'low', 'high']).optional(),
      expansionAgeSelection: z.enum(['newest', 'oldest']).optional(),
    })
    .optional(),
  teams: z
    .array(z.looseObject({ name, minPlayers: number, maxPlayers: number, quantity: number.optional() }))
    .min(1),
  rules: z.array(rules).max(ruleSetLimits.rules).optional(),
  expansions: z
    .array(
      z.looseObject({
        target: z.string(),
        steps: z.array(z.looseObject({ waitTimeSeconds: number, value: z.unknown() })).min(1),
      }),
    )
    .max(ruleSetLimits.expansions)
    .optional(),
});
