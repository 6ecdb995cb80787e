import { named } from '../by-name.ts';
import type { FormedMatch } from '../matchmaking/engine/form-matches.ts';
import { combined } from './naive-functions.ts';
import type { RawRuleSet } from './naive-literals.ts';

/** Whether some location suits all tickets of a match by all of these latency rules. */
export function located(rules: RawRuleSet[], match: FormedMatch): boolean {
  const parties = match.tickets.flatMap((ticket) =>
    ticket.backfill ? ticket.players.map((p) => [p]) : [ticket.players],
  );
  const locations = new Set(parties.flat().flatMap((player) => Object.keys(player.latencyInMs ?? {})));
  return [...locations].some((location) =>
    rules.every((rule) => {
      const perParty = parties.map((players) => {
        const values = players.map((player) => named(player.latencyInMs, location));
        return values.includes(undefined)
          ? undefined
          : combined(values as number[], rule.partyAggregation ?? 'avg');
      });
      if (perParty.includes(undefined)) return false;
      const known = perParty as number[];
      if (known.some((value) => value > (rule.maxLatency ?? Number.POSITIVE_INFINITY))) return false;
      if (rule.maxDistance === undefined) return true;
      const each = known.flatMap((value, index) => (parties[index] ?? []).map(() => value));
      const centre = combined(each, rule.distanceReference ?? 'avg');
      return known.every((value) => Math.abs(value - centre) <= rule.maxDistance + 1e-6);
    }),
  );
}

/** Whoever reports latencies can be placed in one location with all others who do. */
export function sharesLocation(match: FormedMatch): boolean {
  const players = match.tickets.flatMap((ticket) => ticket.players);
  const reported = players.map((player) => player.latencyInMs).filter((it) => it !== undefined);
  const [first, ...others] = reported.map((latencies) => Object.keys(latencies));
  return first === undefined || first.some((location) => others.every((other) => other.includes(location)));
}
