import type { Lineup } from './lineup.ts';
import type { Outcome } from './outcome.ts';
import { packingsOf } from './packing.ts';
import type { Scene } from './scene.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';
import type { Slot } from './tickets.ts';

/**
 * Looks for a full match of parties that fill its teams exactly, large parties first and of one size in the
 * order of the candidates. Costs hardly more steps than it has tickets: counting finds the sizes, and nothing
 * is taken back.
 */
export function pack(
  scene: Scene,
  anchor: Slot,
  candidates: readonly Slot[],
  lineup: Lineup,
  outcome: Outcome,
  tally: Tally,
): void {
  const packings = packingsOf(scene, anchor, candidates);
  if (packings === 'impossible') return;
  for (const { team, sizes } of packings) {
    lineup.clear();
    lineup.push(anchor, team);
    const wanted = sizes.flatMap((parties, at) => parties.map((size) => ({ team: at, size })));
    wanted.sort((a, b) => b.size - a.size);
    if (!seat(scene, wanted, candidates, lineup, tally)) continue;
    outcome.finish(lineup, standingOf(scene.engine, lineup, tally), tally);
    if (outcome.best !== undefined) return;
  }
}

/**
 * Seats the first candidates of the wanted sizes that break no rule for good. False where some seats stay
 * empty.
 */
function seat(
  { engine, tickets }: Scene,
  wanted: readonly { readonly team: number; readonly size: number }[],
  candidates: readonly Slot[],
  lineup: Lineup,
  tally: Tally,
): boolean {
  const seated = new Set<Slot>();
  let steps = candidates.length + wanted.length;
  for (const { team, size } of wanted) {
    const candidate = candidates.find((it) => {
      if (tickets.size(it) !== size || tickets.isBackfill(it) || seated.has(it)) return false;
      if (!lineup.reaches(it) || steps === 0) return false;
      steps--;
      tally.steps++;
      lineup.push(it, team);
      // A full line-up that breaks a rule may be mended by other seats.
      if (seated.size + 1 === wanted.length || standingOf(engine, lineup, tally) !== 'dead') return true;
      lineup.pop();
      return false;
    });
    if (candidate === undefined) return false;
    seated.add(candidate);
  }
  return true;
}
