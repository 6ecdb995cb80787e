import { expect } from 'vitest';
import type { AutomaticBackfill } from '../../jobs/matchmaking/backfill.ts';
import { aBackfill } from './builders.ts';
import type { openPoolSteps } from './pool-steps.ts';

export const onTeam = (playerId: string, team = 'side_1') => ({
  playerId,
  // What Lua's JSON reader would spoil: an empty list, and more digits than it keeps.
  attributes: { tags: { SL: [] }, skill: { N: 1.2345678901234567 } },
  team,
});

/** Steps of matches that are played and want company, in the domain a test has opened. */
export function backfillSteps(domain: () => Awaited<ReturnType<typeof openPoolSteps>>) {
  /** A backfill ticket of the running match `running`, reserved. */
  const ask = (ticketId: string, ...playerIds: string[]) =>
    domain().tickets.reserve(
      'job',
      aBackfill(
        ticketId,
        playerIds.map((id) => onTeam(id)),
      ),
    );
  const enter = (ticketId: string, ...playing: (string | { id: string; over: string })[]) =>
    domain().pool.enterBackfill(
      ticketId,
      'duel',
      60_000,
      playing.map((it) =>
        typeof it === 'string' ? { player: onTeam(it) } : { player: onTeam(it.id), over: it.over },
      ),
    );
  const fill = async (ticketId: string, ...playerIds: string[]) => {
    await ask(ticketId, ...playerIds);
    expect(await enter(ticketId, ...playerIds)).toBe('entered');
  };
  /** Plays `a` and `b` into the match `matchId`, to the end of its placement. */
  const play = async (matchId: string, ...ticketIds: string[]) => {
    await domain().search(...ticketIds);
    await match(matchId, ...ticketIds);
  };
  const commit = async (matchId: string, ...ticketIds: string[]) => {
    const commits = await domain().commitOf(matchId, ...ticketIds);
    expect((await domain().pool.commit('duel', [commits])).verdicts).toEqual(['committed']);
    return commits.match;
  };
  const settle = (of: Awaited<ReturnType<typeof commit>>, automatic?: AutomaticBackfill) =>
    domain().pool.settle([{ match: of, status: 'COMPLETED', reason: '', message: '', automatic }]);
  const match = async (matchId: string, ...ticketIds: string[]) =>
    settle(await commit(matchId, ...ticketIds));
  const rosterOf = async (ticketId: string) =>
    (await domain().inPool()).find((it) => it.ticketId === ticketId)?.players.map((it) => it.playerId);
  const statuses = async (...ticketIds: string[]) =>
    (await domain().tickets.describe(ticketIds)).map((it) => it.status);
  return { ask, enter, fill, play, commit, settle, match, rosterOf, statuses };
}
