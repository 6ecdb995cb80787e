import type { Algorithm, NumberAggregation, RuleSet, SortRule } from '../rule-set/rule-set.ts';
import { matchSizes } from '../rule-set/rule-set.ts';
import type { Columns } from './columns.ts';
import type { Evenness } from './evenness.ts';
import type { Judge, Order } from './rules/judge.ts';
import type { PlacedLatency } from './rules/latency.ts';

/** A rule as it is enforced at one expansion stage. */
export interface Check {
  /** Index into `Engine.ruleNames`. */
  readonly rule: number;
  readonly judge: Judge;
  /** Whether it can be broken for good, so that it is worth asking about a match still being built. */
  readonly prunes: boolean;
  /** Whether it asks who is on which team, and not only who is in the match. */
  readonly ofTeams: boolean;
}

/** What a match is judged by at one stage. */
export interface Judgement {
  /** Per team instance. */
  readonly minPlayers: readonly number[];
  readonly maxPlayers: readonly number[];
  readonly checks: readonly Check[];
  /** The enforced latency rules: all of them hold in one location. */
  readonly latencyRules: readonly PlacedLatency[];
  /** maxLatency of the enforced latency rules, with their place in `Block.latencies`. */
  readonly latencyLimits: readonly { readonly index: number; readonly maxLatency: number }[];
}

/** The rule set as it stands from an age on, until the next stage. */
export interface Stage extends Judgement {
  /** Age in ms at which this stage begins; the first begins at 0. */
  readonly from: number;
  /** Of matches that a backfill ticket is in, which may have expansions of their own. */
  readonly backfill: Judgement;
  /** The most players that may be placed while building: the widest of this stage and all earlier ones. */
  readonly room: readonly number[];
  /** The fewest players a match judged at this stage or an earlier one can have. */
  readonly fewest: number;
  /** Members of a match judged at this stage or a later one have a location in common that suits them by the limits of this one. */
  readonly boundByReach: boolean;
  /** The fewest teams with players that such a match can have. */
  readonly peopled: number;
  /** No two tickets further apart in the first of `Engine.nearness` can share a match judged at this stage or earlier. */
  readonly window: number;
}

/** A number that decides who suits whom: the closer, the better, in units of the rule set's own limit. */
export interface Nearness {
  readonly column: number;
  readonly scale: number;
}

/** A rule set compiled to closures. Immutable; one engine serves any number of pools. */
export interface Engine {
  /** What it was compiled from. */
  readonly ruleSet: RuleSet;
  readonly order: Order;
  readonly algorithm: Algorithm;
  readonly ruleNames: readonly string[];
  /** What one step may cost: evaluations of rules, see `evaluationsOf`. */
  readonly evaluations: number;
  readonly teamNames: readonly string[];
  readonly teamIndex: ReadonlyMap<string, number>;
  /** Teams of one class are interchangeable: same sizes, and no rule tells them apart. */
  readonly teamClass: readonly number[];
  readonly columns: Columns;
  /** Indexes of the rules that split the pool by `keyColumns`. */
  readonly keyRules: readonly number[];
  /** Columns whose values all members of a match share. */
  readonly keyColumns: readonly number[];
  readonly nearness: readonly Nearness[];
  /** What is read of each ticket into `Candidate.numbers`: `nearness`, and what `balance` needs beyond it. */
  readonly measures: readonly Nearness[];
  /** What the teams of a match should have alike means of: places in `measures`, and the unit. */
  readonly balance: readonly { readonly index: number; readonly scale: number }[];
  readonly sortRules: readonly SortRule[];
  /** `sortByAttributes`, for batches of like tickets. */
  readonly sortColumns: readonly string[];
  /** How many candidates are looked at before choosing, where one number alone does not decide; else undefined. */
  readonly batchSize: number | undefined;
  readonly latencyAggregations: readonly NumberAggregation[];
  /** In rising order of `from`. */
  readonly stages: readonly Stage[];
  /** A match below its maximum is held until its oldest ticket has waited this long (ms). */
  readonly holdMs: number;
  /** The stage that tickets of this age are in: a match below its maximum needs one in it or a later one. */
  readonly heldBelow: number;
  /** How even a match has to be, where that is asked for. */
  readonly evenness: Evenness | undefined;
}

/** The stage an age (ms) falls into. */
export function stageAt(stages: readonly Stage[], age: number): number {
  let index = stages.length - 1;
  while (index > 0 && (stages[index]?.from ?? 0) > age) index--;
  return index;
}

/** What a match at a stage is judged by. */
export function judgementAt(
  { stages }: Pick<Engine, 'stages'>,
  stage: number,
  backfill: boolean,
): Judgement | undefined {
  const at = stages[stage];
  return backfill ? at?.backfill : at;
}

/** The sum of maxPlayers decides the mode: above 40 a match is a large one. */
export function isLarge({ stages }: Engine): boolean {
  return largest(stages[0]) > matchSizes.small;
}

/** The most players a match judged at this stage can have. */
export function largest(stage: Judgement | undefined): number {
  return stage?.maxPlayers.reduce((sum, max) => sum + max, 0) ?? 0;
}
