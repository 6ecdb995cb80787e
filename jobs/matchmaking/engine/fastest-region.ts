import type { TicketPlayer } from '../../ticket/ticket.ts';
import type { Columns, NamesOf } from './columns.ts';
import { stringsIn } from './names.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/**
 * How long (ms) a ticket keeps to those whose fastest location is its own, under `fastestRegion`. FlexMatch
 * says only that it can take longer; without an end, whoever is alone in a region would never play.
 */
export const spillsAfterMs = 10_000;

/**
 * Who an anchor may be matched with, as far as their fastest locations go; undefined where everybody may. A
 * ticket that has waited longer takes whoever suits it, also tickets that have just come.
 */
export function neighboursOf(scene: Scene, anchor: Slot): ((other: Slot) => boolean) | undefined {
  const { engine, tickets } = scene;
  const spilled = (engine.stages[tickets.stage(anchor)]?.from ?? 0) >= spillsAfterMs;
  const { fastest } = engine;
  if (fastest === undefined || spilled || !hasHome(scene, anchor)) return undefined;
  const home = tickets.cell(anchor, fastest);
  return (other) => [0, home].includes(tickets.cell(other, fastest));
}

/** Whether a ticket's fastest location is known and matters. */
export function hasHome({ engine: { fastest }, tickets }: Scene, slot: Slot): boolean {
  return fastest !== undefined && tickets.cell(slot, fastest) !== 0;
}

/** The column of the fastest location, as a bit. */
export function fastestIn(columns: Columns): number {
  const read = (players: readonly TicketPlayer[], namesOf: NamesOf): number => {
    const fastest = fastestOf(players);
    return fastest === undefined ? 0 : stringsIn(namesOf('').bitsOf([fastest]));
  };
  return columns.index(['fastest'], read, 'anew');
}

/**
 * The location with the lowest mean latency of those that all players with latencies report; undefined where
 * there is none.
 */
function fastestOf(players: readonly TicketPlayer[]): string | undefined {
  const reports = players.map(({ latencyInMs }) => latencyInMs).filter((it) => it !== undefined);
  const [first = {}] = reports;
  let [best, lowest]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const location of Object.keys(first)) {
    let sum = 0;
    for (const report of reports)
      sum += Object.hasOwn(report, location) ? (report[location] ?? 0) : Number.POSITIVE_INFINITY;
    if (sum < lowest) [best, lowest] = [location, sum];
  }
  return best;
}
