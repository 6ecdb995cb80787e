import type { SearchingTicket } from '../ticket.ts';
import type { Engine } from './engine.ts';
import type { Found } from './found.ts';
import { placementOf } from './location.ts';

/** A match: its tickets, and every team instance with its players; `location` where all of them are well connected. */
export interface FormedMatch {
  readonly tickets: readonly SearchingTicket[];
  readonly teams: readonly { readonly name: string; readonly playerIds: readonly string[] }[];
  readonly location?: string;
}

/** What one pass over a pool came to. */
export interface Pass {
  readonly matches: readonly FormedMatch[];
  /** When (ms) time alone could next change something for a ticket left waiting; undefined when never. */
  readonly nextChange: number | undefined;
  /** The step budget ran out before every ticket had its turn as anchor. */
  readonly unfinished: boolean;
  readonly ruleEvaluations: readonly { ruleName: string; passedCount: number; failedCount: number }[];
}

/** Tickets in the order they joined, the anchor first; teams in the rule set's order, empty ones included. */
export function formed(engine: Engine, { members, places }: Found): FormedMatch {
  const teams = engine.teamNames.map((name) => ({ name, playerIds: [] as string[] }));
  members.forEach(({ ticket, blocks, backfill }, index) => {
    ticket.players.forEach(({ playerId }, player) => {
      const team = backfill ? blocks[player]?.team : places[index];
      teams[team ?? -1]?.playerIds.push(playerId);
    });
  });
  const location = placementOf(engine, members);
  const tickets = members.map(({ ticket }) => ticket);
  return location === undefined ? { tickets, teams } : { tickets, teams, location };
}
