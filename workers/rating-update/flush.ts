import { isErased } from '../../jobs/rating-update/jobs.ts';
import { type RatingMove, ratingOn } from '../records/players.ts';
import type { Ladder, LadderStores } from './ladder.ts';

/** Players written by one call, and such calls at a time. */
const atOnce = 500;
const sideBySide = 2;
/** Each round somebody who writes the same players gets further. */
const mostRounds = 20;
/** Players that one ladder keeps in memory: some 30 MB. */
const mostPlayers = 100_000;

export interface FlushStores extends Pick<LadderStores, 'players' | 'ladders'> {
  readonly onPlayerRefused: (playerId: string, reason: string) => void;
}

/**
 * Writes to `players` what the ladder's documents have come to, then that they are written up to there.
 * Whoever dies between leaves players that the next rater writes: each only moves on from the rating that the
 * move follows.
 */
export async function flush(ladder: Ladder, stores: FlushStores): Promise<void> {
  const { state, dirty } = ladder;
  if (state.ordinal === ladder.flushed) return;
  ladder.dirty = new Set();
  let wanted = [...dirty].flatMap((playerId): RatingMove[] => {
    const { rating, stored } = ladder.players.get(playerId) ?? {};
    // No player is left behind a pseudonym.
    return rating && !isErased(playerId) ? [{ playerId, rating, from: stored }] : [];
  });
  for (let round = 0; wanted.length > 0; round++) {
    if (round === mostRounds)
      throw new Error(`could not write players of ladder ${ladder.name}: others write them all the time`);
    const again: RatingMove[] = [];
    for (let from = 0; from < wanted.length; from += sideBySide * atOnce) {
      const some = Array.from({ length: sideBySide }, (_, n) => {
        const first = from + n * atOnce;
        return write(ladder, wanted.slice(first, first + atOnce), stores);
      });
      again.push(...(await Promise.all(some)).flat());
    }
    wanted = again;
  }
  await stores.ladders.flushed(ladder.name, state);
  ladder.flushed = state.ordinal;
  forgetSome(ladder);
}

/** Returns the moves to be tried again, from what is on record now. */
async function write(
  ladder: Ladder,
  moves: readonly RatingMove[],
  { players, onPlayerRefused }: FlushStores,
): Promise<RatingMove[]> {
  if (moves.length === 0) return [];
  const { all, refused } = await players.move(ladder.name, moves, new Date());
  for (const [index, reason] of refused) onPlayerRefused(moves[index]?.playerId ?? '', reason);
  const found = all ? undefined : await players.find(moves.map((it) => it.playerId));
  return moves.flatMap(({ playerId, rating }, index) => {
    if (refused.has(index)) return [];
    const stored = found ? ratingOn(found.get(playerId), ladder.name) : rating;
    const known = ladder.players.get(playerId);
    if (known) ladder.players.set(playerId, { ...known, stored });
    const isBehind = !stored || stored.version < rating.version;
    return isBehind ? [{ playerId, rating, from: stored }] : [];
  });
}

/** Players used longest ago are read again when they are needed. */
function forgetSome({ players, dirty }: Ladder): void {
  for (const id of players.keys()) {
    if (players.size <= mostPlayers) return;
    if (!dirty.has(id)) players.delete(id);
  }
}
