import { inOneLocation } from './batch.ts';
import { type Engine, isLarge } from './engine.ts';
import { hasHome, neighboursOf } from './fastest-region.ts';
import type { Found } from './found.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { packingsOf } from './packing.ts';
import { inPreference } from './preference.ts';
import type { Scene } from './scene.ts';
import type { Search } from './search.ts';
import type { Slot } from './tickets.ts';

/**
 * With up to this many others waiting every combination is tried, so a match with the anchor is found if
 * there is one.
 */
const exhaustive = { candidates: 7, steps: 400_000 };

/**
 * What one search may cost per seat of the match, beyond a look at each candidate: with more, backtracking
 * found next to nothing in the bench.
 */
const stepsPerSeat = 16;

/**
 * Where one number decides who makes a pair, hardly anyone needs to look past this many: it halves the time
 * of a pass.
 */
const nearestForPair = 2;

/** The most candidates one anchor looks at. */
const widest = 2_048;

/**
 * First the nearest few; only when they make no full match, many more. In one location first, where latency
 * counts.
 */
export function* searchAround(
  scene: Scene,
  search: Search,
  anchor: Slot,
  all: Neighbourhood,
): Generator<void, Found | undefined> {
  const { engine, tickets } = scene;
  const neighbours = neighboursOf(scene, anchor);
  const seats = engine.stages[tickets.stage(anchor)]?.seats ?? 0;
  const { window = Number.POSITIVE_INFINITY } = engine.stages[windowStage(scene, anchor)] ?? {};
  if (seats === 2 && byOneNumber(engine) && (neighbours || !hasHome(scene, anchor))) {
    const { near } = all.around(anchor, window, nearestForPair, neighbours);
    const pair = search.pair(anchor, near);
    if (pair !== undefined) return pair;
  }
  const few = engine.batchSize ?? Math.max(exhaustive.candidates, 4 * seats);
  const { near, more } = all.around(anchor, window, few, neighbours);
  const attempt = function* (candidates: Slot[], steps: number): Generator<void, Found | undefined> {
    if (!mayFill(scene, anchor, candidates)) return undefined;
    const inOrder = preferred(scene, anchor, candidates);
    const packed = isLarge(engine) ? search.packed(anchor, inOrder) : undefined;
    const found = packed ?? (yield* search.around(anchor, inOrder, steps));
    return found?.full || isLarge(engine) ? found : (search.packed(anchor, inOrder) ?? found);
  };
  if (!more && near.length <= exhaustive.candidates) return yield* attempt(near, exhaustive.steps);
  let best: Found | undefined;
  for (const limit of more ? [few, Math.min(16 * few, widest)] : [few]) {
    const candidates = limit === few ? near : all.around(anchor, window, limit, neighbours).near;
    const steps = candidates.length + seats * (isLarge(engine) ? 2 * engine.teamNames.length : stepsPerSeat);
    const together = inOneLocation(scene, anchor, candidates) ?? candidates;
    const found = yield* attempt(together, steps);
    if ((found?.players ?? 0) > (best?.players ?? 0)) best = found;
    if (best === undefined && together.length < candidates.length && limit === few)
      best = yield* attempt(candidates, steps);
    if (best?.full) break;
  }
  return best;
}

/**
 * Whether counting leaves a chance of a match: enough players, enough parties, and some that fit where all
 * teams must be full.
 */
function mayFill(scene: Scene, anchor: Slot, near: readonly Slot[]): boolean {
  const { engine, tickets } = scene;
  const { fewest = 0, peopled = 0, room = [] } = engine.stages[windowStage(scene, anchor)] ?? {};
  const players = near.reduce((sum, slot) => sum + tickets.size(slot), tickets.size(anchor));
  if (players < fewest) return false;
  if ([anchor, ...near].some((slot) => tickets.isBackfill(slot))) return true;
  if (near.length + 1 < peopled) return false;
  const seats = room.reduce((sum, most) => sum + most, 0);
  return fewest < seats || packingsOf(scene, anchor, near) !== 'impossible';
}

function preferred(scene: Scene, anchor: Slot, near: Slot[]): Slot[] {
  const { engine, tickets } = scene;
  const { fastest } = engine;
  const isAlike = (slot: Slot) =>
    tickets.size(slot) === tickets.size(anchor) &&
    (fastest === undefined || tickets.cell(slot, fastest) === tickets.cell(anchor, fastest));
  return byOneNumber(engine) && near.every(isAlike) ? near : inPreference(scene, anchor, near);
}

/**
 * The walk outward already is the order of preference where one number decides alone, among parties of one
 * size and place.
 */
function byOneNumber({ batchSize, nearness, avoidsRecent }: Engine): boolean {
  return batchSize === undefined && nearness.length === 1 && !avoidsRecent;
}

/**
 * `newest`: no match with the anchor is judged at a later stage than its own. `oldest`: one with an older
 * ticket may be.
 */
function windowStage({ engine, tickets }: Scene, anchor: Slot): number {
  const { expansionAgeSelection, backfillPriority } = engine.algorithm;
  const judgedByAnchor = expansionAgeSelection === 'newest' || backfillPriority === 'normal';
  return judgedByAnchor ? tickets.stage(anchor) : engine.stages.length - 1;
}
