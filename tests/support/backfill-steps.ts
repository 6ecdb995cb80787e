import { expect } from 'vitest';
import type { Company } from '../../jobs/matchmaking/backfill.ts';
import { aBackfill } from './builders.ts';
import { playingIn } from './playing-in.ts';
import type { openPoolSteps } from './pool-steps.ts';

export const onTeam = (playerId: string, team = 'side_1') => ({
  playerId,
  // What Lua's JSON reader would spoil: an empty list, and more digits than it keeps.
  attributes: { tags: { SL: [] }, skill: { N: 1.2345678901234567 } },
  team,
});

/** AUTOMATIC finds company for matches of fewer than three. */
export const trio: Company = { mostPlayers: 3, timeoutMs: 60_000 };

/**
 * Steps of matches that are live and want company, in the domain a test has opened. `company`: as AUTOMATIC
 * finds it.
 */
export function backfillSteps(domain: () => Awaited<ReturnType<typeof openPoolSteps>>, company?: Company) {
  /** Asks for company for players of the match `running`, or another. */
  const ask = async (ticketId: string, playerIds: readonly string[], fills = 'running') => {
    const players = playerIds.map((id) => onTeam(id));
    const version = (await domain().pool.settings.installed('duel'))?.version ?? 0;
    const { verdict } = await domain().tickets.backfill({ ...aBackfill(ticketId, players, fills), version });
    return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
  };
  /** The same, of a match `running` that these players play unless it is live already. */
  const fill = async (ticketId: string, ...playerIds: string[]) => {
    if (!(await isLive('running'))) await play('running', ...playerIds);
    expect(await ask(ticketId, playerIds)).toBe('searching');
  };
  /** Plays tickets into the match `matchId`, to the end of its placement. */
  const play = async (matchId: string, ...ticketIds: string[]) => {
    await domain().search(...ticketIds);
    await match(matchId, ...ticketIds);
  };
  const commit = async (matchId: string, ...ticketIds: string[]) => {
    const commits = await domain().commitOf(matchId, ...ticketIds);
    const { verdicts } = await domain().pool.matches.commit('duel', [commits], undefined, company);
    expect(verdicts).toEqual(['committed']);
    return commits.match;
  };
  const settle = (of: Awaited<ReturnType<typeof commit>>) =>
    domain().pool.matches.settle([{ match: of, status: 'COMPLETED', reason: '', message: '' }]);
  const fail = (of: Awaited<ReturnType<typeof commit>>, isOver = false) =>
    domain().pool.matches.settle([
      { match: of, status: 'FAILED', reason: 'PlacementFailed', message: 'Full.', isOver },
    ]);
  const match = async (matchId: string, ...ticketIds: string[]) =>
    settle(await commit(matchId, ...ticketIds));
  const rosterOf = async (ticketId: string) =>
    (await domain().inPool()).find((it) => it.ticketId === ticketId)?.players.map((it) => it.playerId);
  const statuses = async (...ticketIds: string[]) =>
    (await domain().tickets.describe(ticketIds)).map((it) => it.status);
  const isLive = async (matchId: string) =>
    (await domain().redis.exists(domain().key(`live:${matchId}`))) === 1;
  const playersIn = async (matchId: string) =>
    Object.keys(await domain().redis.hgetall(domain().key(`live:${matchId}`)))
      .filter((field) => field.startsWith('in:'))
      .map((field) => field.slice(3))
      .sort();
  /** The live match of each of these players; nothing where there is none. */
  const matchesOf = async (...playerIds: string[]) =>
    (await domain().redis.mget(playerIds.map((id) => domain().key(`player:${id}`)))).map(playingIn);
  /** The backfill ticket of a live match. */
  const backfillOf = (matchId: string) => domain().redis.hget(domain().key(`live:${matchId}`), 'backfill');
  return {
    ...{ ask, fill, play, commit, settle, fail, match, rosterOf, statuses },
    ...{ isLive, playersIn, matchesOf, backfillOf },
  };
}
