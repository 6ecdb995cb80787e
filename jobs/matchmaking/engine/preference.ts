import type { AttributeContent, RuleSet, SortRule } from '../rule-set/rule-set.ts';
import type { TicketPlayer } from '../ticket.ts';
import type { Candidate, SortValue } from './candidate.ts';
import { type Columns, reduced } from './columns.ts';
import type { Engine } from './engine.ts';
import { partyGap } from './party-size.ts';

export function sortRulesOf(ruleSet: RuleSet): SortRule[] {
  return ruleSet.rules.filter(
    (rule): rule is SortRule => rule.type === 'absoluteSort' || rule.type === 'distanceSort',
  );
}

export function sortValue(rule: SortRule, columns: Columns, players: readonly TicketPlayer[]): SortValue {
  const contents = players.map((player) => columns.content(player, rule.sortAttribute));
  const [first] = contents;
  if (typeof first === 'number') return reduced(contents as number[], rule.partyAggregation);
  if (typeof first === 'string') return first;
  if (first === undefined || Array.isArray(first)) return undefined;
  return mergedMap(contents as Readonly<Record<string, number>>[], rule);
}

/** Per key over the members that have it (undocumented). */
function mergedMap(
  maps: readonly Readonly<Record<string, number>>[],
  rule: SortRule,
): Record<string, number> {
  const keys = new Set(maps.flatMap((map) => Object.keys(map)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const values = maps.map((map) => map[key]).filter((value) => value !== undefined);
      return [key, reduced(values, rule.partyAggregation)];
    }),
  );
}

type Compare = (a: Candidate, b: Candidate) => number;

/** By age, backfill tickets before or after the others if the rule set says so: anchors take their turns like this. */
export function inBatchOrder({ algorithm }: Engine): Compare {
  const backfillRank = { high: -1, normal: 0, low: 1 }[algorithm.backfillPriority];
  const rank = (candidate: Candidate) => (candidate.backfill ? backfillRank : 0);
  return (a, b) => rank(a) - rank(b) || a.ticket.since - b.ticket.since || a.arrival - b.arrival;
}

/**
 * Which of two candidates suits the anchor better: by the sort rules in their order; then, under `fastestRegion`, whoever is
 * fastest where it is; then, under `closest`, by the
 * numbers the rule set limits, each in units of its limit, and party size; then by age.
 */
export function preferenceOf(engine: Engine, anchor: Candidate): Compare {
  const compares = engine.sortRules.map((rule, index) => compareBy(rule, index, anchor));
  if (anchor.fastest !== undefined) compares.push(nearHome(anchor));
  if (engine.order === 'closest') {
    const gap = gapFrom(engine, anchor);
    compares.push((a, b) => gap(a) - gap(b));
  }
  compares.push(inBatchOrder(engine));
  return (a, b) => {
    for (const compare of compares) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function nearHome({ fastest }: Candidate): Compare {
  return (a, b) => Number(a.fastest !== fastest) - Number(b.fastest !== fastest);
}

function gapFrom({ nearness, stages }: Engine, anchor: Candidate): (candidate: Candidate) => number {
  const seats = Math.max(...(stages[0]?.room ?? []));
  return (candidate) => {
    const { numbers } = candidate;
    let gap = partyGap(anchor, candidate, seats);
    for (let index = 0; index < nearness.length; index++)
      gap += Math.abs((numbers[index] ?? 0) - (anchor.numbers[index] ?? 0)) / (nearness[index]?.scale ?? 1);
    return gap;
  };
}

/** A missing value or map key sorts last, whatever the direction (undocumented). */
function compareBy(rule: SortRule, index: number, anchor: Candidate): Compare {
  const sign = rule.sortDirection === 'ascending' ? 1 : -1;
  const centre = anchor.sorts[index];
  const key = typeof centre === 'object' ? favourite(centre, rule.mapKey) : undefined;
  const read = (candidate: Candidate): number | string | undefined => {
    const value = candidate.sorts[index];
    if (typeof value === 'object') return key === undefined ? undefined : value[key];
    return value;
  };
  const base = typeof centre === 'object' && key !== undefined ? centre[key] : centre;
  const rank = (value: number | string): number | string => {
    if (typeof value === 'number')
      return rule.type === 'distanceSort' && typeof base === 'number' ? Math.abs(value - base) : value;
    // Strings that match the anchor's come first, in either sort and direction.
    return value === base ? '' : `1${value}`;
  };
  return (a, b) => {
    const [left, right] = [read(a), read(b)];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    const [one, other] = [rank(left), rank(right)];
    if (one === other) return 0;
    if (one === '' || other === '') return one === '' ? -1 : 1;
    return (one < other ? -1 : 1) * sign;
  };
}

function favourite(map: Readonly<Record<string, number>>, mapKey: SortRule['mapKey']): string | undefined {
  const sign = mapKey === 'minValue' ? -1 : 1;
  let best: string | undefined;
  for (const [key, value] of Object.entries(map))
    if (best === undefined || value * sign > (map[best] ?? 0) * sign) best = key;
  return best;
}

/** Orders attribute contents for `sortByAttributes`: numbers by size, everything else alphanumerically. */
export function compareContents(a: AttributeContent | undefined, b: AttributeContent | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [JSON.stringify(a) ?? '', JSON.stringify(b) ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
