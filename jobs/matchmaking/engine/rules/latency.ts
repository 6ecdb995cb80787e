import type { LatencyRule, NumberAggregation } from '../../../rule-set/rule-set.ts';
import type { TicketPlayer } from '../../../ticket/ticket.ts';
import type { SharedBits } from '../lineup.ts';
import { isExact, stringsIn } from '../names.ts';
import { slackOf } from '../slack.ts';
import type { Slot, Tickets } from '../tickets.ts';
import { broken, failing, holding } from '../verdict.ts';
import type { Judge } from './judge.ts';

/**
 * Some location must suit every ticket at once, by all of these rules. Locations drop out as tickets join and
 * never come back, except where the distance is from an average, which moves.
 */
export function compileLatency(rules: readonly LatencyRule[]): Judge {
  const heals = rules.some(
    ({ maxDistance, distanceReference }) => maxDistance !== undefined && distanceReference === 'avg',
  );
  // What can never come back: all but the distances from an average.
  const lasting = rules.map((rule): LatencyRule => {
    const { maxDistance: _, ...limit } = rule;
    return rule.distanceReference === 'avg' ? limit : rule;
  });
  return ({ teams, tickets }) => {
    const rows = teams.flat();
    if (rows.length === 0 || someSuits(rules, rows, tickets)) return holding;
    return heals && someSuits(lasting, rows, tickets) ? failing : broken;
  };
}

/** By the locations that suit each ticket: one that suits all is a bit that all have. */
export function judgeByReach({ run }: SharedBits, exactly: Judge): Judge {
  return (lineup) => {
    const reach = lineup.value(run, 0);
    if (stringsIn(reach) === 0) return broken;
    return isExact(reach) ? holding : exactly(lineup);
  };
}

function someSuits(rules: readonly LatencyRule[], rows: readonly Slot[], tickets: Tickets): boolean {
  const locations = locationsOf(tickets.playersOf(rows[0] ?? -1));
  return locations.some((location) => rules.every((rule) => suits(rule, rows, tickets, location)));
}

/** Whether every party's latency to the location is within the rule's limits. */
export function suits(rule: LatencyRule, rows: readonly Slot[], tickets: Tickets, location: string): boolean {
  const { maxLatency = Number.POSITIVE_INFINITY, maxDistance } = rule;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const row of rows) {
    const latency = latencyTo(location, tickets.playersOf(row), rule.partyAggregation);
    if (latency === undefined || latency > maxLatency) return false;
    if (latency < low) low = latency;
    if (latency > high) high = latency;
    sum += latency * tickets.size(row);
    count += tickets.size(row);
  }
  if (maxDistance === undefined) return true;
  const reach = maxDistance + slackOf(low, high);
  if (rule.distanceReference === 'min') return high - low <= reach;
  const mean = sum / count;
  return high - mean <= reach && mean - low <= reach;
}

/** The locations that a party's first player reports: no other can suit the party. */
export const locationsOf = ([first]: readonly TicketPlayer[]): string[] =>
  Object.keys(first?.latencyInMs ?? {});

/** A party's latency in ms to a location; undefined unless all its players report one. */
export function latencyTo(
  location: string,
  players: readonly TicketPlayer[],
  aggregation: NumberAggregation,
): number | undefined {
  let [low, high, sum] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const { latencyInMs } of players) {
    if (latencyInMs === undefined || !Object.hasOwn(latencyInMs, location)) return undefined;
    const latency = latencyInMs[location] ?? 0;
    if (latency < low) low = latency;
    if (latency > high) high = latency;
    sum += latency;
  }
  if (aggregation === 'avg') return sum / players.length;
  return aggregation === 'min' ? low : high;
}
