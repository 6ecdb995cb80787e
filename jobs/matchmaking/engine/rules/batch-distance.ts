import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import { broken, holding } from '../verdict.ts';
import type { Judge } from './judge.ts';

/** All values of the column at most `maxDistance` apart; without one, all the same. Never heals. */
export function compileBatchDistance(column: number, maxDistance: number | undefined): Judge {
  return maxDistance === undefined ? allEqual(column) : withinSpread(column, maxDistance);
}

function withinSpread(column: number, maxDistance: number): Judge {
  return (lineup: Lineup) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const team of lineup.teams)
      for (const block of team) {
        // Members all count with their party's value.
        const value = block.cells[column]?.[0] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    return high - low > maxDistance + slackOf(low, high) ? broken : holding;
  };
}

function allEqual(column: number): Judge {
  return (lineup: Lineup) => {
    let first: unknown;
    for (const team of lineup.teams)
      for (const block of team)
        for (const cell of block.cells[column] ?? []) {
          if (first !== undefined && cell !== first) return broken;
          first = cell;
        }
    return holding;
  };
}
