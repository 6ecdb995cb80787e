import { median } from './median.ts';
import { engineOf, meanOf, simulate } from './quality-simulation.ts';
import { arrivals, duels, pointsOf } from './quality-traffic.ts';

/** A duel's window, in points and in percentiles: in the middle of the ladder both hold as many players. */
type Window = 'points' | 'percentiles';

/**
 * How much longer than others the players at the ends of a ladder wait for a duel: the mean wait of the best
 * or of the worst hundredth, whichever is longer, divided by everybody's. The median says little here, since
 * half of the players find somebody waiting.
 */
export function extremesWait(window: Window, seeds: number, seconds: number): number {
  const traffic = duels(window);
  const engine = engineOf(traffic);
  const ratios = Array.from({ length: seeds }, (_, index) => {
    const { waited } = simulate(engine, traffic, index + 1, seconds);
    const points = new Map<string, number>();
    for (const ticket of arrivals(traffic, index + 1)) {
      if (points.size === waited.size) break;
      if (waited.has(ticket.ticketId)) points.set(ticket.ticketId, pointsOf(ticket));
    }
    const ranked = [...waited.keys()].sort((a, b) => (points.get(a) ?? 0) - (points.get(b) ?? 0));
    const hundredth = Math.max(1, Math.round(ranked.length / 100));
    const waitOf = (ids: readonly string[]) => meanOf(ids.map((id) => waited.get(id) ?? 0));
    const ends = [ranked.slice(0, hundredth), ranked.slice(-hundredth)].map(waitOf);
    return Math.max(...ends) / waitOf(ranked);
  });
  return median(ratios);
}
