import type { Expression, Statement } from './expression.ts';

/**
 * FlexMatch draws the line here: the sum of maxPlayers × quantity decides the mode, not `algorithm.strategy`.
 */
export const matchSizes = { small: 40, large: 200 } as const;

/**
 * FlexMatch documents no bounds on these. With them, whatever fits a body loads and compiles in a moment, and
 * looking at one match once costs milliseconds at most.
 */
export const ruleSetLimits = {
  attributes: 200,
  rules: 200,
  expansions: 200,
  /** One to begin with and one for each waiting time at which expansions change something. */
  stages: 100,
  /** Functions in functions, or operators in operators. */
  nesting: 16,
  /** See `evaluationsOf`. */
  evaluations: 1_000,
  /** The same, summed over all stages of one list of expansions: each is compiled. */
  evaluationsOverStages: 2_500,
} as const;

export const attributeTypes = ['string', 'number', 'string_list', 'string_number_map'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** What an attribute holds, without the wire form's type key. */
export type AttributeContent = string | number | readonly string[] | Readonly<Record<string, number>>;

/** Without `default`, a ticket that lacks the attribute waits until it times out. */
export interface PlayerAttribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly default?: AttributeContent;
}

/** `quantity` teams alike; their instances are `name` for one, else `name_1`, `name_2`, … */
export interface Team {
  readonly name: string;
  readonly minPlayers: number;
  readonly maxPlayers: number;
  readonly quantity: number;
}

export const operations = ['<', '<=', '=', '!=', '>', '>='] as const;
export type Operation = (typeof operations)[number];

/**
 * How a party's numbers become one: each member counts with that value, so player counts stay true. Default
 * `avg`.
 */
export const numberAggregations = ['min', 'max', 'avg'] as const;
export type NumberAggregation = (typeof numberAggregations)[number];

/** How a party's lists become one list, except for `contains`, which counts players. Default `union`. */
export const listAggregations = ['union', 'intersection'] as const;
export type ListAggregation = (typeof listAggregations)[number];

interface Named {
  readonly name: string;
}

/** Without `referenceValue` it compares the players with one another: `=` all equal, `!=` all different. */
export interface ComparisonRule extends Named {
  readonly type: 'comparison';
  readonly measurements: readonly Expression[];
  readonly operation: Operation;
  readonly referenceValue?: Expression;
  /**
   * Undocumented: left out, a comparison across players looks at each player, since averaged ranks 1 and 3
   * would "equal" a 2.
   */
  readonly partyAggregation?: NumberAggregation;
}

/** minDistance ≤ |measurement − referenceValue| ≤ maxDistance, both ends included. */
export interface DistanceRule extends Named {
  readonly type: 'distance';
  readonly measurements: readonly Expression[];
  readonly referenceValue: Expression;
  readonly minDistance?: number;
  readonly maxDistance?: number;
  readonly partyAggregation: NumberAggregation;
}

/** Numbers: at most `maxDistance` apart over the whole match. Strings: all the same. */
export interface BatchDistanceRule extends Named {
  readonly type: 'batchDistance';
  readonly batchAttribute: string;
  readonly maxDistance?: number;
  readonly partyAggregation: NumberAggregation;
}

export const collectionOperations = ['intersection', 'contains', 'reference_intersection_count'] as const;

/** Undocumented: with neither bound, the count must be above 0. */
export interface CollectionRule extends Named {
  readonly type: 'collection';
  readonly measurements: readonly Expression[];
  readonly operation: (typeof collectionOperations)[number];
  readonly referenceValue?: Expression;
  readonly minCount?: number;
  readonly maxCount?: number;
  readonly partyAggregation: ListAggregation;
}

export const distanceReferences = ['min', 'avg'] as const;

/**
 * Some location must suit every ticket (undocumented reading: one and the same location, for all latency
 * rules outside compounds together). Milliseconds.
 */
export interface LatencyRule extends Named {
  readonly type: 'latency';
  readonly maxLatency?: number;
  readonly maxDistance?: number;
  /**
   * What `maxDistance` is measured from. Undocumented default: `avg`, the mean latency of the match there.
   */
  readonly distanceReference: (typeof distanceReferences)[number];
  readonly partyAggregation: NumberAggregation;
}

/** Orders candidates, never rejects one. Several sort rules: the first in the rule set is the primary key. */
export interface SortRule extends Named {
  readonly type: 'absoluteSort' | 'distanceSort';
  readonly sortDirection: 'ascending' | 'descending';
  readonly sortAttribute: string;
  readonly mapKey?: 'minValue' | 'maxValue';
  readonly partyAggregation: NumberAggregation;
}

interface CompoundRule extends Named {
  readonly type: 'compound';
  readonly statement: Statement;
}

export type Rule =
  | ComparisonRule
  | DistanceRule
  | BatchDistanceRule
  | CollectionRule
  | LatencyRule
  | SortRule
  | CompoundRule;

/** `broken`: names of rules with a problem, so that nobody who names one is told that there is none. */
export interface RulesRead {
  readonly rules: readonly Rule[];
  readonly broken: ReadonlySet<string>;
}

/** From `wait` (ms of age, absolute) on, the target's property has `value`. */
export interface ExpansionStep {
  readonly wait: number;
  readonly value: number | string | Expression;
}

/** One property of one or more rules or teams, loosened by age. Steps are in rising order of `wait`. */
export interface Expansion {
  readonly of: 'rules' | 'teams';
  readonly names: readonly string[];
  readonly property: string;
  readonly steps: readonly ExpansionStep[];
}

/**
 * Defaults as FlexMatch documents them. `sortByAttributes` and `balancedAttribute` are declared attribute
 * names.
 */
export interface Algorithm {
  readonly strategy: 'exhaustiveSearch' | 'balanced';
  readonly batchingPreference: 'random' | 'sorted' | 'largestPopulation' | 'fastestRegion';
  readonly sortByAttributes: readonly string[];
  readonly balancedAttribute?: string;
  /** `high` makes backfill tickets the first anchors, `low` the last. */
  readonly backfillPriority: 'normal' | 'low' | 'high';
  /** Whose age drives the expansions of a partly built match. */
  readonly expansionAgeSelection: 'newest' | 'oldest';
}

/** A rule set after loading: checked, names resolved, expressions parsed, every default filled in. */
export interface RuleSet {
  readonly name: string;
  readonly attributes: readonly PlayerAttribute[];
  readonly teams: readonly Team[];
  readonly rules: readonly Rule[];
  readonly expansions: readonly Expansion[];
  /**
   * In place of `expansions` for matches that a backfill ticket is in: from the configuration, FlexMatch has
   * none.
   */
  readonly backfillExpansions?: readonly Expansion[];
  readonly algorithm: Algorithm;
}

/** The property expressions that a rule compares. A rule that names attributes instead has none. */
export const expressionsOf = (rule: Rule): Expression[] =>
  'measurements' in rule ? [...rule.measurements, ...(rule.referenceValue ? [rule.referenceValue] : [])] : [];

/** Instance names of a team: the bare name for one, else `_1`-based. */
export function instanceNames(team: Team): string[] {
  if (team.quantity === 1) return [team.name];
  return Array.from({ length: team.quantity }, (_, index) => `${team.name}_${index + 1}`);
}

/** The most players a match can have before expansions; above 40 the rule set is a large one. */
export function largestMatch(teams: readonly Team[]): number {
  return teams.reduce((sum, team) => sum + team.maxPlayers * team.quantity, 0);
}
