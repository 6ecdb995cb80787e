import type { Algorithm, LatencyRule, RuleSet, SortRule } from '../../rule-set/rule-set.ts';
import { matchSizes } from '../../rule-set/rule-set.ts';
import type { Columns } from './columns.ts';
import type { Evenness } from './evenness.ts';
import type { SharedBits } from './lineup.ts';
import type { Judge, Order } from './rules/judge.ts';
import type { Run } from './runs.ts';
import type { Key } from './tickets.ts';

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
  /** The most players that a match can have. */
  readonly seats: number;
  readonly checks: readonly Check[];
  /** The enforced latency rules: all of them hold in one location. */
  readonly latencyRules: readonly LatencyRule[];
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
  /** The locations within the limits of the enforced latency rules, if they set any. */
  readonly reach: SharedBits | undefined;
  /** The fewest teams with players that such a match can have. */
  readonly peopled: number;
  /**
   * No two tickets further apart in the first of `Engine.nearness` can share a match judged at this stage or
   * earlier.
   */
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
  /** What is kept of each ticket. */
  readonly columns: Columns;
  /** What is kept of each line-up. */
  readonly runs: readonly Run[];
  /** Indexes of the rules that split the pool by `keys`. */
  readonly keyRules: readonly number[];
  /** What all members of a match share. */
  readonly keys: readonly Key[];
  readonly nearness: readonly Nearness[];
  /** What the teams of a match should have alike means of. */
  readonly balance: readonly Nearness[];
  /**
   * Members of a match judged at a stage or a later one have a location in common that is within the reach of
   * that stage.
   */
  readonly boundByReach: boolean;
  /**
   * Without a latency rule: the locations that players report, of which the members of a match need one in
   * common.
   */
  readonly reported: SharedBits | undefined;
  readonly sortRules: readonly SortRule[];
  /** `sortByAttributes`, for batches of like tickets. */
  readonly sortColumns: readonly string[];
  /**
   * How many candidates are looked at before choosing, where one number alone does not decide; else
   * undefined.
   */
  readonly batchSize: number | undefined;
  /** In rising order of `from`. */
  readonly stages: readonly Stage[];
  /** A match below its maximum is held until its oldest ticket has waited this long (ms). */
  readonly holdMs: number;
  /** The stage that tickets of this age are in: a match below its maximum needs one in it or a later one. */
  readonly heldBelow: number;
  /** Under `fastestRegion`: the column of a ticket's fastest location, 0 where its players report none. */
  readonly fastest: number | undefined;
  /** Who has met an anchor lately is passed over while there is anybody else. */
  readonly avoidsRecent: boolean;
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
  return (stages[0]?.seats ?? 0) > matchSizes.small;
}
