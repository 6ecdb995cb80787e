import type { SessionCache } from '../session-cache/session-cache.ts';

type Turns = Pick<SessionCache, 'takeTurns' | 'turnEnds' | 'endTurns'>;

/**
 * Does work that rates players while nobody else rates any of them.
 *
 * Two transactions that share a player collide and one starts over. That is what makes ratings right, and it is dear:
 * without turns four workers rate 10,000 players' matches of ten at 0.6 times the speed of one
 * (`npm run bench -- rating-update --players 10000 --workers 4`). Turns only save that work. The session cache keeps them,
 * which may forget them; they end by themselves should their worker die; and after `patienceMs` work no longer waits.
 */
export async function inTurn<T>(
  cache: Turns,
  playerIds: readonly string[],
  work: () => Promise<T>,
  patienceMs = 10_000,
): Promise<T> {
  const ours = await takeAll(cache, playerIds, Date.now() + patienceMs);
  try {
    return await work();
  } finally {
    await cache.endTurns(ours);
  }
}

/** Takes all turns or, out of patience, those that nobody has. */
async function takeAll(
  cache: Turns,
  wanted: readonly string[],
  impatientAt: number,
): Promise<readonly string[]> {
  for (;;) {
    const ours = await cache.takeTurns(wanted);
    const [other] = new Set(wanted).difference(new Set(ours));
    if (other === undefined || Date.now() > impatientAt) return ours;
    // Whoever kept some while waiting for others would make everybody wait, and two of them wait for each other.
    await cache.endTurns(ours);
    await cache.turnEnds(other, impatientAt);
  }
}
