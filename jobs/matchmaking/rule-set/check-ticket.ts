import type { AttributeValue, TicketPlayer } from '../ticket.ts';
import type { Problem } from './fields.ts';
import type { AttributeType, RuleSet } from './rule-set.ts';

const wireKeys: Record<AttributeType, string> = {
  string: 'S',
  number: 'N',
  string_list: 'SL',
  string_number_map: 'SDM',
};

/**
 * What makes a ticket impossible under this rule set, each with a path such as `players[0].attributes.skill`. Not an
 * error: a missing attribute without default (the ticket waits, as on FlexMatch) and an attribute nobody declared.
 */
export function checkTicket(ruleSet: RuleSet, ticket: { players: readonly TicketPlayer[] }): Problem[] {
  return [...checkPlayers(ruleSet, ticket.players), ...checkSize(ruleSet, ticket.players)];
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
      const value = player.attributes[name];
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
