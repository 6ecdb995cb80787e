import { named } from '../../by-name.ts';
import type { AttributeContent, RuleSet, SortRule } from '../../rule-set/rule-set.ts';
import type { TicketPlayer } from '../../ticket/ticket.ts';
import { type Columns, reduced } from './columns.ts';
import { hasHome } from './fastest-region.ts';
import { partyGap } from './party-size.ts';
import { metBy } from './recent-opponents.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/**
 * What a sort rule looks at in one ticket: the party's number, its string, or its map with one number per
 * key.
 */
type SortValue = number | string | Readonly<Record<string, number>> | undefined;

export function sortRulesOf(ruleSet: RuleSet): SortRule[] {
  return ruleSet.rules.filter(
    (rule): rule is SortRule => rule.type === 'absoluteSort' || rule.type === 'distanceSort',
  );
}

function sortValue(rule: SortRule, columns: Columns, players: readonly TicketPlayer[]): SortValue {
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
      const values = maps.map((map) => named(map, key)).filter((value) => value !== undefined);
      return [key, reduced(values, rule.partyAggregation)];
    }),
  );
}

type Compare = (a: Slot, b: Slot) => number;

/**
 * By age, backfill tickets before or after the others if the rule set says so: anchors take their turns like
 * this.
 */
export function inBatchOrder({ engine, tickets }: Scene): Compare {
  const backfillRank = { high: -1, normal: 0, low: 1 }[engine.algorithm.backfillPriority];
  const rank = (slot: Slot) => (tickets.isBackfill(slot) ? backfillRank : 0);
  return (a, b) => rank(a) - rank(b) || tickets.byAge(a, b);
}

/**
 * The candidates in the order in which they suit the anchor: by the sort rules in their order; then, under
 * `fastestRegion`, those who are fastest where it is first; then those it has not met lately, where that is
 * asked for; then, under `closest`, by the numbers the rule set limits, each in units of its limit, and party
 * size; then by age.
 */
export function inPreference(scene: Scene, anchor: Slot, candidates: Slot[]): Slot[] {
  const { engine, tickets } = scene;
  const compares = engine.sortRules.map((rule) => compareBy(rule, scene, anchor, candidates));
  if (hasHome(scene, anchor)) compares.push(nearHome(scene, anchor));
  if (engine.avoidsRecent) compares.push(strangersFirst(scene, anchor));
  setGaps(scene, anchor, candidates);
  const tie = inBatchOrder(scene);
  return candidates.sort((a, b) => {
    for (const compare of compares) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    return tickets.gap(a) - tickets.gap(b) || tie(a, b);
  });
}

function nearHome({ engine: { fastest = -1 }, tickets }: Scene, anchor: Slot): Compare {
  const home = tickets.cell(anchor, fastest);
  return (a, b) => Number(tickets.cell(a, fastest) !== home) - Number(tickets.cell(b, fastest) !== home);
}

function strangersFirst(scene: Scene, anchor: Slot): Compare {
  const met = metBy(scene, anchor);
  return (a, b) => Number(met(a)) - Number(met(b));
}

function setGaps({ engine, tickets }: Scene, anchor: Slot, candidates: readonly Slot[]): void {
  const { order, nearness, stages } = engine;
  const seats = Math.max(...(stages[0]?.room ?? []));
  for (const slot of candidates) {
    let gap = 0;
    if (order === 'closest') {
      gap = partyGap(tickets, anchor, slot, seats);
      for (const { column, scale } of nearness)
        gap += Math.abs(tickets.cell(slot, column) - tickets.cell(anchor, column)) / scale;
    }
    tickets.setGap(slot, gap);
  }
}

/** A missing value or map key sorts last, whatever the direction (undocumented). */
function compareBy(
  rule: SortRule,
  { engine, tickets }: Scene,
  anchor: Slot,
  candidates: readonly Slot[],
): Compare {
  const sortedBy = (slot: Slot) => sortValue(rule, engine.columns, tickets.playersOf(slot));
  const values = new Map(candidates.map((slot) => [slot, sortedBy(slot)]));
  const sign = rule.sortDirection === 'ascending' ? 1 : -1;
  const centre = sortedBy(anchor);
  const key = typeof centre === 'object' ? favourite(centre, rule.mapKey) : undefined;
  const read = (slot: Slot): number | string | undefined => {
    const value = values.get(slot);
    if (typeof value === 'object') return key === undefined ? undefined : named(value, key);
    return value;
  };
  const base = typeof centre === 'object' && key !== undefined ? named(centre, key) : centre;
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
