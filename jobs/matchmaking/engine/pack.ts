import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import type { Lineup } from './lineup.ts';
import type { Outcome } from './outcome.ts';
import { packingsOf } from './packing.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';

/**
 * Looks for a full match of parties that fill its teams exactly, large parties first and of one size in the order of the
 * candidates. Costs hardly more steps than it has tickets: counting finds the sizes, and nothing is taken back.
 */
export function pack(
  engine: Engine,
  anchor: Candidate,
  candidates: readonly Candidate[],
  lineup: Lineup,
  outcome: Outcome,
  tally: Tally,
): void {
  const packings = packingsOf(engine, anchor, candidates);
  if (packings === 'impossible') return;
  for (const { team, sizes } of packings) {
    lineup.clear();
    lineup.push(anchor, team);
    const wanted = sizes.flatMap((parties, at) => parties.map((size) => ({ team: at, size })));
    wanted.sort((a, b) => b.size - a.size);
    if (!seat(engine, wanted, candidates, lineup, tally)) continue;
    outcome.finish(lineup, standingOf(engine, lineup, tally), tally);
    if (outcome.best !== undefined) return;
  }
}

/** Seats the first candidates of the wanted sizes that break no rule for good. False where some seats stay empty. */
function seat(
  engine: Engine,
  wanted: readonly { readonly team: number; readonly size: number }[],
  candidates: readonly Candidate[],
  lineup: Lineup,
  tally: Tally,
): boolean {
  const seated = new Set<Candidate>();
  let steps = candidates.length + wanted.length;
  for (const { team, size } of wanted) {
    const candidate = candidates.find((it) => {
      if (it.size !== size || it.backfill || seated.has(it) || !lineup.reaches(it) || steps === 0)
        return false;
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
