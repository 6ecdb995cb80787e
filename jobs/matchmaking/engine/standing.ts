import type { Engine } from './engine.ts';
import type { Lineup } from './lineup.ts';
import { shareLocation } from './location.ts';
import type { Tally } from './tally.ts';
import { broken, holding } from './verdict.ts';

/**
 * Where a partly built match stands: no way on, may grow, could be played once its hold is over, may be played as it is, or
 * has no room left.
 */
export type Standing = 'dead' | 'growing' | 'held' | 'playable' | 'full';

/** Judges a match being built by the rules of its own expansion stage. */
export function standingOf(engine: Engine, lineup: Lineup, tally: Tally): Standing {
  const stage = engine.stages[lineup.stage];
  if (stage === undefined || lineup.reported === 0) return 'dead';
  const { counts, backfill } = lineup;
  const { minPlayers, maxPlayers, checks } = backfill ? stage.backfill : stage;
  let seated = true;
  let full = true;
  let roomLeft = false;
  for (let team = 0; team < counts.length; team++) {
    const count = counts[team] ?? 0;
    if (count < (minPlayers[team] ?? 0) || count > (maxPlayers[team] ?? 0)) seated = false;
    if (count < (maxPlayers[team] ?? 0)) full = false;
    if (count < (stage.room[team] ?? 0)) roomLeft = true;
  }
  let playable = seated;
  for (const { rule, judge, prunes } of checks) {
    // What can always heal is asked only once the match could be played.
    if (!prunes && !playable) continue;
    const verdict = judge(lineup);
    if (verdict >= holding) tally.passed[rule] = (tally.passed[rule] ?? 0) + 1;
    else {
      tally.failed[rule] = (tally.failed[rule] ?? 0) + 1;
      if (verdict === broken) return 'dead';
      playable = false;
    }
  }
  if (playable && lineup.reported !== -1 && lineup.members.some(({ crowded }) => crowded))
    playable = shareLocation(lineup.members);
  if (!playable) return roomLeft ? 'growing' : 'dead';
  if (full) return 'full';
  const held = engine.heldBelow > 0 && lineup.members.every((member) => member.stage < engine.heldBelow);
  return held ? 'held' : 'playable';
}
