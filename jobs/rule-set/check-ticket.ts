import { named } from '../by-name.ts';
import type { Problem } from '../problem-list.ts';
import type { AttributeValue, TicketPlayer } from '../ticket/ticket.ts';
import { type AttributeType, instanceNames, type RuleSet } from './rule-set.ts';

const wireKeys: Record<AttributeType, string> = {
  string: 'S',
  number: 'N',
  string_list: 'SL',
  string_number_map: 'SDM',
};

/** What `checkTicket` looks at. A backfill ticket's players are on teams already. */
interface Checked {
  readonly players: readonly TicketPlayer[];
  readonly backfill?: boolean | undefined;
}

/**
 * What makes a ticket impossible under this rule set, each with a path such as `players[0].attributes.skill`.
 * Not an error: a missing attribute without default (the ticket waits, as on FlexMatch) and an attribute
 * nobody declared.
 */
export function checkTicket(ruleSet: RuleSet, { players, backfill }: Checked): Problem[] {
  const fit = backfill ? checkTeams(ruleSet, players) : checkSize(ruleSet, players);
  return [...checkPlayers(ruleSet, players), ...fit];
}

/** The same in a line; `undefined` when nothing is. */
export function ticketProblems(ruleSet: RuleSet, ticket: Checked): string | undefined {
  const problems = checkTicket(ruleSet, ticket);
  return problems.length > 0 ? problems.map((it) => `${it.path}: ${it.message}`).join('; ') : undefined;
}

function checkPlayers(ruleSet: RuleSet, players: readonly TicketPlayer[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  players.forEach((player, index) => {
    const path = `players[${index}]`;
    if (seen.has(player.playerId))
      problems.push({ path: `${path}.playerId`, message: `"${player.playerId}" is in this ticket twice` });
    seen.add(player.playerId);
    for (const { name, type } of ruleSet.attributes) {
      const value = named(player.attributes, name);
      const key = wireKeys[type];
      if (value !== undefined && !(key in value))
        problems.push({
          path: `${path}.attributes.${name}`,
          message: `must be a ${type} (${key}), found ${keyOf(value)}`,
        });
    }
  });
  return problems;
}

/** Every player of a running match is on a team of the rule set, and no team holds more than it ever may. */
function checkTeams(ruleSet: RuleSet, players: readonly TicketPlayer[]): Problem[] {
  const room = new Map(
    ruleSet.teams.flatMap((team) => {
      const most = widest(ruleSet, team.name, team.maxPlayers);
      return instanceNames(team).map((name) => [name, most] as const);
    }),
  );
  const strangers = players.flatMap(({ team = '' }, index) =>
    room.has(team)
      ? []
      : [
          {
            path: `players[${index}].team`,
            message: `"${team}" is no team of the rule set (${[...room.keys()].join(', ')})`,
          },
        ],
  );
  const teamOf = (player: TicketPlayer) => player.team ?? '';
  const crowds = [...new Set(players.map(teamOf))].flatMap((team) => {
    const members = players.filter((player) => teamOf(player) === team).length;
    const most = room.get(team) ?? members;
    return members > most
      ? [{ path: 'players', message: `team ${team} holds ${members} players; it takes ${most}` }]
      : [];
  });
  return [...strangers, ...crowds];
}

function checkSize(ruleSet: RuleSet, players: readonly TicketPlayer[]): Problem[] {
  if (players.length === 0) return [{ path: 'players', message: 'must hold at least one player' }];
  const onTeams = players.every((player) => player.team !== undefined);
  const largest = Math.max(...ruleSet.teams.map(({ name, maxPlayers }) => widest(ruleSet, name, maxPlayers)));
  if (onTeams || players.length <= largest) return [];
  return [
    {
      path: 'players',
      message: `a party of ${players.length} fits no team; the largest takes ${largest} players`,
    },
  ];
}

/** A team's maxPlayers at its widest, expansions included. */
function widest(ruleSet: RuleSet, team: string, maxPlayers: number): number {
  const steps = ruleSet.expansions
    .filter(({ of, names, property }) => of === 'teams' && property === 'maxPlayers' && names.includes(team))
    .flatMap((expansion) => expansion.steps.map(({ value }) => Number(value)));
  return Math.max(maxPlayers, ...steps);
}

function keyOf(value: AttributeValue): string {
  return Object.keys(value)[0] ?? 'nothing';
}
