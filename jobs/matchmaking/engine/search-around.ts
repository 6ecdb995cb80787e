import { inOneLocation } from './batch.ts';
import type { Candidate } from './candidate.ts';
import { type Engine, isLarge, largest } from './engine.ts';
import { neighboursOf } from './fastest-region.ts';
import type { Found } from './found.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { packingsOf } from './packing.ts';
import { preferenceOf } from './preference.ts';
import type { Search } from './search.ts';

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
  const neighbours = neighboursOf(engine, anchor);
  const seats = largest(engine.stages[anchor.stage]);
  const { window = Number.POSITIVE_INFINITY } = engine.stages[windowStage(engine, anchor)] ?? {};
  if (seats === 2 && byOneNumber(engine) && (neighbours || anchor.fastest === undefined)) {
    const { near } = all.around(anchor, window, nearestForPair, neighbours);
    const pair = search.pair(anchor, near);
    if (pair !== undefined) return pair;
  }
  const few = engine.batchSize ?? Math.max(exhaustive.candidates, 4 * seats);
  const { near, more } = all.around(anchor, window, few, neighbours);
  if (!more && !mayFill(engine, anchor, near)) return undefined;
  const attempt = function* (candidates: Candidate[], steps: number): Generator<void, Found | undefined> {
    const inOrder = preferred(engine, anchor, candidates);
    const packed = isLarge(engine) ? search.packed(anchor, inOrder) : undefined;
    const found = packed ?? (yield* search.around(anchor, inOrder, steps));
    return found?.full || isLarge(engine) ? found : (search.packed(anchor, inOrder) ?? found);
  };
  if (!more && near.length <= exhaustive.candidates) return yield* attempt(near, exhaustive.steps);
  let best: Found | undefined;
  for (const limit of more ? [few, Math.min(16 * few, widest)] : [few]) {
    const candidates = limit === few ? near : all.around(anchor, window, limit, neighbours).near;
    const steps = candidates.length + seats * (isLarge(engine) ? 2 * engine.teamNames.length : stepsPerSeat);
    const together = inOneLocation(engine, anchor, candidates) ?? candidates;
    const found = yield* attempt(together, steps);
    if ((found?.players ?? 0) > (best?.players ?? 0)) best = found;
    if (best === undefined && together.length < candidates.length && limit === few)
      best = yield* attempt(candidates, steps);
    if (best?.full) break;
  }
  return best;
}

/** Whether counting leaves a chance of a match: enough players, enough parties, and some that fit where all teams must be full. */
function mayFill(engine: Engine, anchor: Candidate, near: readonly Candidate[]): boolean {
  const { fewest = 0, peopled = 0, room = [] } = engine.stages[windowStage(engine, anchor)] ?? {};
  const players = near.reduce((sum, { size }) => sum + size, anchor.size);
  if (players < fewest) return false;
  if (anchor.backfill || near.some(({ backfill }) => backfill)) return true;
  if (near.length + 1 < peopled) return false;
  const seats = room.reduce((sum, most) => sum + most, 0);
  return fewest < seats || packingsOf(engine, anchor, near) !== 'impossible';
}

function preferred(engine: Engine, anchor: Candidate, near: Candidate[]): Candidate[] {
  const alike =
    byOneNumber(engine) &&
    near.every(({ size, fastest }) => size === anchor.size && fastest === anchor.fastest);
  return alike ? near : near.sort(preferenceOf(engine, anchor));
}

/** The walk outward already is the order of preference where one number decides alone, among parties of one size and place. */
function byOneNumber({ batchSize, nearness }: Engine): boolean {
  return batchSize === undefined && nearness.length === 1;
}

/** `newest`: no match with the anchor is judged at a later stage than its own. `oldest`: one with an older ticket may be. */
function windowStage(engine: Engine, anchor: Candidate): number {
  const { expansionAgeSelection, backfillPriority } = engine.algorithm;
  const judgedByAnchor = expansionAgeSelection === 'newest' || backfillPriority === 'normal';
  return judgedByAnchor ? anchor.stage : engine.stages.length - 1;
}
