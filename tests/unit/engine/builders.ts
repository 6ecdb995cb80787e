import type { QualityTarget } from '../../../jobs/configuration/quality.ts';
import type { RawRuleSet } from '../../../jobs/invariants/naive-literals.ts';
import { compileRuleSet, type Engine } from '../../../jobs/matchmaking/engine/compile.ts';
import { type FormedMatch, formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { loadRuleSet } from '../../../jobs/rule-set/load.ts';
import type { AttributeValue, SearchingTicket, TicketPlayer } from '../../../jobs/ticket/ticket.ts';

export const now = 1_000_000;

type Plain = number | string | string[] | Record<string, number>;
type PlayerSpec = { latency?: Record<string, number>; team?: string } & { [attribute: string]: unknown };

function wire(value: Plain): AttributeValue {
  if (typeof value === 'number') return { N: value };
  if (typeof value === 'string') return { S: value };
  return Array.isArray(value) ? { SL: value } : { SDM: value };
}

/** A ticket named `id`, `age` seconds old; its players are `id` (alone) or `id1`, `id2`, … */
export function ticket(id: string, players: PlayerSpec | PlayerSpec[] = {}, age = 0): SearchingTicket {
  const party = [players].flat();
  return {
    ticketId: id,
    since: now - age * 1000,
    players: party.map(
      ({ latency, team, ...attributes }, index): TicketPlayer => ({
        playerId: party.length === 1 ? id : `${id}${index + 1}`,
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, wire(value as Plain)]),
        ),
        ...(latency === undefined ? {} : { latencyInMs: latency }),
        ...(team === undefined ? {} : { team }),
      }),
    ),
  };
}

export function backfill(id: string, players: PlayerSpec[], age = 0): SearchingTicket {
  return { ...ticket(id, players, age), backfill: true };
}

/** A rule set of two teams `red` and `blue` of `size` players, with skill, mode and roles declared. */
export function versus(size: number, rules: RawRuleSet[] = [], more: RawRuleSet = {}): RawRuleSet {
  return {
    ruleLanguageVersion: '1.0',
    playerAttributes: [
      { name: 'skill', type: 'number', default: 50 },
      { name: 'mode', type: 'string', default: 'duel' },
      { name: 'roles', type: 'string_list', default: [] },
      { name: 'maps', type: 'string_number_map', default: {} },
    ],
    teams: ['red', 'blue'].map((name) => ({ name, minPlayers: size, maxPlayers: size })),
    rules: rules.map((rule, index) => ({ name: `rule${index}`, ...rule })),
    ...more,
  };
}

export function engineOf(
  raw: RawRuleSet,
  order: 'closest' | 'documented' = 'closest',
  holdMs = 0,
  quality?: QualityTarget,
  avoidsRecent = false,
): Engine {
  const loaded = loadRuleSet(JSON.stringify(raw));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return compileRuleSet(loaded.ruleSet, { order, holdMs, quality, avoidsRecent });
}

/** One pass, as ticket ids: sorted within each match. */
export function pass(
  raw: RawRuleSet,
  tickets: SearchingTicket[],
  at = now,
  order?: 'closest' | 'documented',
): string[][] {
  return matchesOf(raw, tickets, at, order).map((match) =>
    match.tickets.map(({ ticketId }) => ticketId).sort(),
  );
}

export function matchesOf(
  raw: RawRuleSet,
  tickets: SearchingTicket[],
  at = now,
  order?: 'closest' | 'documented',
): readonly FormedMatch[] {
  const oldestFirst = tickets.toSorted((a, b) => a.since - b.since);
  return formMatches(engineOf(raw, order), oldestFirst, at, 1).matches;
}
