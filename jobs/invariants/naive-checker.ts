import { named } from '../by-name.ts';
import type { FormedMatch } from '../matchmaking/engine/form-matches.ts';
import type { SearchingTicket, TicketPlayer } from '../ticket/ticket.ts';
import { applied, combined, type Value } from './naive-functions.ts';
import { located, sharesLocation } from './naive-latency.ts';
import { beside, literal, numbered, type RawRuleSet, reads } from './naive-literals.ts';

type Truth = boolean | undefined;

/**
 * Says what is wrong with a finished match, straight from the raw rule set and the FlexMatch guide: slow,
 * obvious, and sharing no code with the engine. An empty list is a valid match.
 */
export function violations(raw: RawRuleSet, match: FormedMatch, now: number): string[] {
  const set = expanded(raw, match, now);
  const wrong: string[] = [];
  const party = new Map<string, SearchingTicket>();
  for (const ticket of match.tickets) for (const { playerId } of ticket.players) party.set(playerId, ticket);
  const seated = match.teams.flatMap((team) => team.playerIds);
  if (
    seated.length !== party.size ||
    new Set(seated).size !== seated.length ||
    !seated.every((id) => party.has(id))
  )
    wrong.push('every player of every ticket sits exactly once');
  for (const ticket of match.tickets) {
    const teams = ticket.players.map(
      ({ playerId }) => match.teams.find((team) => team.playerIds.includes(playerId))?.name,
    );
    if (
      ticket.backfill
        ? ticket.players.some((player, index) => player.team !== teams[index])
        : new Set(teams).size !== 1
    )
      wrong.push(`ticket ${ticket.ticketId} is on its team`);
  }
  if (match.tickets.filter((ticket) => ticket.backfill).length > 1)
    wrong.push('two backfill tickets never meet');
  for (const [name, team] of instances(set)) {
    const players = match.teams.find((other) => other.name === name)?.playerIds.length ?? 0;
    if (players < team.minPlayers || players > team.maxPlayers)
      wrong.push(`team ${name} has ${players} players`);
  }
  for (const attribute of set.playerAttributes ?? [])
    for (const ticket of match.tickets)
      for (const player of ticket.players)
        if (named(player.attributes, attribute.name) === undefined && attribute.default === undefined)
          wrong.push(`${player.playerId} lacks ${attribute.name}`);
  const rules = set.rules ?? [];
  const inside = rules.flatMap((rule: RawRuleSet) => rule.statement?.match(/[^(),\s]+/g) ?? []);
  const latency = rules.filter((rule: RawRuleSet) => rule.type === 'latency');
  const enforced = latency.filter((rule: RawRuleSet) => !inside.includes(rule.name));
  if (enforced.length > 1 && !located(enforced, match)) wrong.push('all latency rules hold in one location');
  if (latency.length === 0 && !sharesLocation(match)) wrong.push('a location that all players report');
  for (const rule of rules)
    if (!inside.includes(rule.name) && truth(rule, set, match) !== true) wrong.push(rule.name);
  return wrong;
}

function expanded(raw: RawRuleSet, match: FormedMatch, now: number): RawRuleSet {
  const set = numbered(raw);
  const starts = match.tickets.map((ticket) => ticket.since);
  const oldest = raw.algorithm?.expansionAgeSelection === 'oldest';
  const age = now - (oldest ? Math.min(...starts) : Math.max(...starts));
  for (const { target, steps } of set.expansions ?? []) {
    const [, kind, names, property] = /^(rules|teams)\[(.*)\]\.(\w+)$/.exec(target) ?? [];
    const step = steps.filter((candidate: RawRuleSet) => candidate.waitTimeSeconds * 1000 <= age).at(-1);
    for (const item of set[kind ?? ''])
      if (step && names?.split(',').some((name) => name.trim() === item.name))
        item[property ?? ''] = literal(property ?? '', step.value);
  }
  return set;
}

function instances(set: RawRuleSet): [string, RawRuleSet][] {
  return set.teams.flatMap((team: RawRuleSet) =>
    (team.quantity ?? 1) === 1
      ? [[team.name, team]]
      : Array.from({ length: team.quantity }, (_, index) => [`${team.name}_${index + 1}`, team]),
  );
}

function truth(rule: RawRuleSet, set: RawRuleSet, match: FormedMatch): Truth {
  const evaluate = (text: unknown, aggregation = rule.partyAggregation ?? 'avg') =>
    reads(text) ? value(text, { set, match, aggregation }) : (text as Value);
  const measurements: string[] = [rule.measurements ?? []].flat();
  switch (rule.type) {
    case 'comparison': {
      if (rule.referenceValue === undefined)
        return all(
          measurements.map((text) => across(evaluate(text, rule.partyAggregation ?? 'each'), rule.operation)),
        );
      const reference = evaluate(rule.referenceValue);
      return all(
        measurements.flatMap((text) =>
          leaves(evaluate(text)).map((v) => related(v, rule.operation, reference)),
        ),
      );
    }
    case 'distance': {
      const reference = beside(0, evaluate(rule.referenceValue)) as number | undefined;
      return all(
        measurements.flatMap((text) =>
          leaves(evaluate(text)).map((v) => {
            if (v === undefined || reference === undefined) return undefined;
            const gap = Math.abs((v as number) - reference);
            return (
              gap <= (rule.maxDistance ?? Number.POSITIVE_INFINITY) + 1e-6 &&
              gap >= (rule.minDistance ?? 0) - 1e-6
            );
          }),
        ),
      );
    }
    case 'batchDistance': {
      const values = leaves(evaluate(`flatten(teams[*].players.attributes[${rule.batchAttribute}])`));
      if (typeof values[0] === 'string') return new Set(values).size === 1;
      return Math.max(...(values as number[])) - Math.min(...(values as number[])) <= rule.maxDistance + 1e-6;
    }
    case 'collection':
      return all(
        measurements.map((text) =>
          collected(rule, evaluate(text, listAggregation(rule)) as Value[], (t) =>
            evaluate(t, listAggregation(rule)),
          ),
        ),
      );
    case 'latency':
      return located([rule], match);
    case 'compound':
      return stated(rule.statement, (name) =>
        truth(
          set.rules.find((r: RawRuleSet) => r.name === name),
          set,
          match,
        ),
      );
    default:
      return true;
  }
}

/** `contains` counts players, each by their own list. */
function listAggregation({ operation, partyAggregation }: RawRuleSet): string {
  return operation === 'contains' ? 'each' : (partyAggregation ?? 'union');
}

function all(truths: Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function leaves(v: Value): Value[] {
  return Array.isArray(v) ? v.flatMap(leaves) : [v];
}

function across(v: Value, operation: string): Truth {
  const list = v as Value[];
  if (list.some(Array.isArray)) return all(list.map((sublist) => across(sublist, operation)));
  if (list.includes(undefined)) return undefined;
  const pairs = list.flatMap((a, index) => list.slice(index + 1).map((b) => same(a, b)));
  return operation === '=' ? pairs.every(Boolean) : !pairs.some(Boolean);
}

function related(a: Value, operation: string, reference: Value): Truth {
  const b = beside(a, reference);
  if (a === undefined || b === undefined) return undefined;
  const equal = same(a, b);
  const [less, more] = [!equal && a < b, !equal && a > b];
  return { '<': less, '<=': !more, '=': equal, '!=': !equal, '>': more, '>=': !less }[operation];
}

/** Equal but for rounding; the numbers of the tests differ by more or not at all. */
function same(a: Value, b: Value): boolean {
  return typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= 1e-6 : a === b;
}

function collected(rule: RawRuleSet, lists: Value[], evaluate: (text: unknown) => Value): Truth {
  const min = rule.minCount ?? (rule.maxCount === undefined ? 1 : 0);
  const max = rule.maxCount ?? Number.POSITIVE_INFINITY;
  const inRange = (count: number) => count >= min && count <= max;
  const sets = lists.map((list) => [...new Set([list].flat())]);
  if (rule.operation === 'intersection') {
    if (sets.length === 0) return true;
    return inRange((sets[0] ?? []).filter((word) => sets.every((other) => other.includes(word))).length);
  }
  const reference = leaves(evaluate(rule.referenceValue)).map((word) => beside<Value>('', word));
  if (rule.operation === 'contains')
    return inRange(sets.filter((words) => words.includes(reference[0])).length);
  return sets.every((words) => inRange(words.filter((word) => reference.includes(word)).length));
}

function stated(statement: string, judge: (name: string) => Truth): Truth {
  const text = statement.trim();
  const [, operator, inner = ''] = /^(and|or|not|xor)\s*\(([\s\S]*)\)$/.exec(text) ?? [];
  if (operator === undefined) return judge(text);
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= inner.length; index++) {
    if (inner[index] === '(') depth++;
    if (inner[index] === ')') depth--;
    if (index === inner.length || (inner[index] === ',' && depth === 0)) {
      parts.push(inner.slice(start, index));
      start = index + 1;
    }
  }
  const truths = parts.map((part) => stated(part, judge));
  if (operator === 'and') return all(truths);
  if (operator === 'or') return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
  if (truths.includes(undefined)) return undefined;
  return operator === 'not' ? !truths[0] : truths.filter(Boolean).length === 1;
}

interface Context {
  set: RawRuleSet;
  match: FormedMatch;
  aggregation: string;
}

function value(text: string, context: Context): Value {
  const call = /^(\w+)\s*\(([\s\S]*)\)$/.exec(text.trim());
  if (call) return applied(call[1] ?? '', value(call[2] ?? '', context));
  const [, selector = '', playerId, attribute] =
    /^teams?\[([^\]]*)\]\.players(?:(\[playerId\])|\.attributes\[([^\]]*)\])?$/i.exec(text.trim()) ?? [];
  const names = selector.split(',').map((name) => name.trim());
  const wanted = instances(context.set).flatMap(([name, team]) =>
    names.includes('*') || names.includes(name) || names.includes(team.name) ? [name] : [],
  );
  const grouped = names.length > 1 || names[0] === '*' || wanted.length > 1;
  const perTeam = wanted.map((name) => {
    const ids = context.match.teams.find((team) => team.name === name)?.playerIds ?? [];
    if (attribute === undefined) return ids.map((id) => (playerId ? id : id));
    return cells(ids, attribute, context);
  });
  return grouped ? perTeam : (perTeam[0] ?? []);
}

function cells(ids: readonly string[], attribute: string, { set, match, aggregation }: Context): Value[] {
  const declared = set.playerAttributes.find((other: RawRuleSet) => other.name === attribute);
  const read = (player: TicketPlayer): Value =>
    (Object.values(named(player.attributes, attribute) ?? {})[0] as Value | undefined) ??
    (declared.type === 'number' ? beside<Value>(0, declared.default) : declared.default);
  const done = new Set<string>();
  return ids.flatMap((id) => {
    const ticket = match.tickets.find((other) => other.players.some((player) => player.playerId === id));
    const player = ticket?.players.find((other) => other.playerId === id);
    if (ticket === undefined || player === undefined) return [];
    const members = ticket.backfill ? [player] : ticket.players;
    if (declared.type === 'string_list' && (aggregation === 'union' || aggregation === 'intersection')) {
      if (!ticket.backfill && done.has(ticket.ticketId)) return [];
      done.add(ticket.ticketId);
      const lists = members.map((member) => read(member) as string[]);
      const words = [...new Set(lists.flat())];
      return [
        aggregation === 'union' ? words : words.filter((word) => lists.every((list) => list.includes(word))),
      ];
    }
    if (declared.type === 'number' && ['avg', 'min', 'max'].includes(aggregation))
      return [
        combined(
          members.map((member) => read(member) as number),
          aggregation,
        ),
      ];
    return [read(player)];
  });
}
