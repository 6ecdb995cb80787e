import type { SearchingTicket } from '../../ticket/ticket.ts';
import type { Found } from './found.ts';
import { placementOf } from './location.ts';
import type { Scene } from './scene.ts';

/**
 * A match: its tickets, and every team instance with its players; `location` where all of them are well
 * connected.
 */
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
export function formed(scene: Scene, { members, places }: Found): FormedMatch {
  const { engine, tickets } = scene;
  const teams: { readonly name: string; readonly playerIds: string[] }[] = [];
  for (const name of engine.teamNames) teams.push({ name, playerIds: [] });
  for (let index = 0; index < members.length; index++) {
    const slot = members[index] ?? -1;
    for (let row = tickets.firstRow(slot); row >= 0; row = tickets.next(row)) {
      const team = tickets.isBackfill(slot) ? tickets.team(row) : (places[index] ?? -1);
      for (const { playerId } of tickets.playersOf(row)) teams[team]?.playerIds.push(playerId);
    }
  }
  const location = placementOf(scene, members);
  const match = { tickets: members.map((slot) => tickets.ticket(slot)), teams };
  return location === undefined ? match : { ...match, location };
}
