import type { Engine } from './engine.ts';
import { isEvenEnough } from './evenness.ts';
import type { Lineup } from './lineup.ts';
import { shareLocation } from './location.ts';
import { isExact, stringsIn } from './names.ts';
import type { Tally } from './tally.ts';
import { broken, holding } from './verdict.ts';

/**
 * Where a partly built match stands: no way on, may grow, could be played once its hold is over or the
 * quality target has eased, may be played as it is, or has no room left.
 */
export type Standing = 'dead' | 'growing' | 'held' | 'uneven' | 'playable' | 'full';

/**
 * Judges a match being built by the rules of its own expansion stage; with `ofTeams` only by those that ask
 * who is on which team, for another split of tickets that keep the others.
 */
export function standingOf(engine: Engine, lineup: Lineup, tally: Tally, ofTeams = false): Standing {
  const stage = engine.stages[lineup.stage];
  if (stage === undefined || stringsIn(lineup.reported) === 0) return 'dead';
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
  for (const check of checks) {
    const { rule, judge, prunes } = check;
    // What can always heal is asked only once the match could be played.
    if ((!prunes && !playable) || (ofTeams && !check.ofTeams)) continue;
    const verdict = judge(lineup);
    if (verdict >= holding) tally.passed[rule] = (tally.passed[rule] ?? 0) + 1;
    else {
      tally.failed[rule] = (tally.failed[rule] ?? 0) + 1;
      if (verdict === broken) return 'dead';
      playable = false;
    }
  }
  if (playable && !isExact(lineup.reported)) playable = shareLocation(lineup.tickets, lineup.members);
  if (!playable) return roomLeft ? 'growing' : 'dead';
  if (engine.evenness && !isEvenEnough(engine.evenness, lineup)) return 'uneven';
  if (full) return 'full';
  const held =
    engine.heldBelow > 0 && lineup.members.every((slot) => lineup.tickets.stage(slot) < engine.heldBelow);
  return held ? 'held' : 'playable';
}
