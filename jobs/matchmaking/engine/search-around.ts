import { inOneLocation } from './batch.ts';
import type { Candidate } from './candidate.ts';
import { type Engine, isLarge, largest } from './engine.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { preferenceOf } from './preference.ts';
import type { Found, Search } from './search.ts';

/** Up to this many waiting tickets every combination is tried, so a match with the anchor is found if there is one. */
const exhaustive = { candidates: 8, steps: 400_000 };

/** What one search may cost per seat of the match, beyond a look at each candidate: with more, backtracking found next to nothing in the bench. */
const stepsPerSeat = 16;

/** The most candidates one anchor looks at. */
const widest = 2_048;

/** First the nearest few; only when they make no full match, many more. In one location first, where latency counts. */
export function searchAround(
  engine: Engine,
  search: Search,
  anchor: Candidate,
  all: Neighbourhood,
): Found | undefined {
  const seats = largest(engine.stages[anchor.stage]);
  const { window = Number.POSITIVE_INFINITY, fewest = 0 } = engine.stages[windowStage(engine, anchor)] ?? {};
  const few = engine.batchSize ?? Math.max(exhaustive.candidates, 4 * seats);
  const { near, more } = all.around(anchor, window, few);
  const players = near.reduce((sum, { size }) => sum + size, anchor.size);
  if (!more && players < fewest) return undefined;
  if (!more && near.length <= exhaustive.candidates)
    return search.around(anchor, preferred(engine, anchor, near), exhaustive.steps);
  let best: Found | undefined;
  const attempt = (candidates: Candidate[]) => {
    if (best?.full) return;
    const steps = candidates.length + seats * (isLarge(engine) ? 2 * engine.teamNames.length : stepsPerSeat);
    const together = inOneLocation(engine, anchor, candidates) ?? candidates;
    const found = search.around(anchor, preferred(engine, anchor, together), steps);
    if ((found?.players ?? 0) > (best?.players ?? 0)) best = found;
    if (best === undefined && together.length < candidates.length && candidates.length <= few)
      best = search.around(anchor, preferred(engine, anchor, candidates), steps);
  };
  attempt(near);
  if (more) attempt(all.around(anchor, window, Math.min(16 * few, widest)).near);
  return best;
}

/** The walk outward already is the order where one number decides alone. */
function preferred(engine: Engine, anchor: Candidate, near: Candidate[]): Candidate[] {
  if (engine.batchSize === undefined && engine.nearness.length === 1) return near;
  return near.sort(preferenceOf(engine, anchor));
}

/** `newest`: no match with the anchor is judged at a later stage than its own. `oldest`: one with an older ticket may be. */
function windowStage(engine: Engine, anchor: Candidate): number {
  const { expansionAgeSelection, backfillPriority } = engine.algorithm;
  const judgedByAnchor = expansionAgeSelection === 'newest' || backfillPriority === 'normal';
  return judgedByAnchor ? anchor.stage : engine.stages.length - 1;
}
