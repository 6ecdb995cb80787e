import { inOneLocation } from './batch.ts';
import type { Candidate } from './candidate.ts';
import { type Engine, isLarge, largest } from './engine.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { preferenceOf } from './preference.ts';
import type { Found, Search } from './search.ts';

/** With up to this many others waiting every combination is tried, so a match with the anchor is found if there is one. */
const exhaustive = { candidates: 7, steps: 400_000 };

/** What one search may cost per seat of the match, beyond a look at each candidate: with more, backtracking found next to nothing in the bench. */
const stepsPerSeat = 16;

/** Where one number decides who makes a pair, hardly anyone needs to look past this many: it halves the time of a pass. */
const nearestForPair = 2;

/** The most candidates one anchor looks at. */
const widest = 2_048;

/** First the nearest few; only when they make no full match, many more. In one location first, where latency counts. */
export function* searchAround(
  engine: Engine,
  search: Search,
  anchor: Candidate,
  all: Neighbourhood,
): Generator<void, Found | undefined> {
  const seats = largest(engine.stages[anchor.stage]);
  const { window = Number.POSITIVE_INFINITY, fewest = 0 } = engine.stages[windowStage(engine, anchor)] ?? {};
  if (seats === 2 && byOneNumber(engine)) {
    const { near } = all.around(anchor, window, nearestForPair);
    const pair = yield* search.around(anchor, near, 2 * nearestForPair);
    if (pair?.full) return pair;
  }
  const few = engine.batchSize ?? Math.max(exhaustive.candidates, 4 * seats);
  const { near, more } = all.around(anchor, window, few);
  const players = near.reduce((sum, { size }) => sum + size, anchor.size);
  if (!more && players < fewest) return undefined;
  if (!more && near.length <= exhaustive.candidates)
    return yield* search.around(anchor, preferred(engine, anchor, near), exhaustive.steps);
  let best: Found | undefined;
  for (const limit of more ? [few, Math.min(16 * few, widest)] : [few]) {
    const candidates = limit === few ? near : all.around(anchor, window, limit).near;
    const steps = candidates.length + seats * (isLarge(engine) ? 2 * engine.teamNames.length : stepsPerSeat);
    const together = inOneLocation(engine, anchor, candidates) ?? candidates;
    const found = yield* search.around(anchor, preferred(engine, anchor, together), steps);
    if ((found?.players ?? 0) > (best?.players ?? 0)) best = found;
    if (best === undefined && together.length < candidates.length && limit === few)
      best = yield* search.around(anchor, preferred(engine, anchor, candidates), steps);
    if (best?.full) break;
  }
  return best;
}

function preferred(engine: Engine, anchor: Candidate, near: Candidate[]): Candidate[] {
  return byOneNumber(engine) ? near : near.sort(preferenceOf(engine, anchor));
}

/** The walk outward already is the order of preference where one number decides alone. */
function byOneNumber({ batchSize, nearness }: Engine): boolean {
  return batchSize === undefined && nearness.length === 1;
}

/** `newest`: no match with the anchor is judged at a later stage than its own. `oldest`: one with an older ticket may be. */
function windowStage(engine: Engine, anchor: Candidate): number {
  const { expansionAgeSelection, backfillPriority } = engine.algorithm;
  const judgedByAnchor = expansionAgeSelection === 'newest' || backfillPriority === 'normal';
  return judgedByAnchor ? anchor.stage : engine.stages.length - 1;
}
