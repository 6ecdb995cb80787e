import { done, later, refusalsOf } from '../../jobs/contract.ts';
import { type PlayerLeft, playerLeft } from '../../jobs/session-creation/jobs.ts';
import { playedTeams } from '../records/match-record.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type LeaveStores, leaveWaitMs, recordLeaves } from './record-leaves.ts';

export const playerLeftDuty: OpenDuty<LeaveStores> = (stores) => duty(playerLeft, leavePlayers(stores));

/**
 * Has players leave matches that go on, and the record follow. Where the queue does not know the match the
 * record decides: one that was backfilled goes on under another id, which they leave; of one that is over
 * only the record remembers who left.
 */
export const leavePlayers =
  (stores: LeaveStores): Handler<PlayerLeft> =>
  async (reported, { actor }) => {
    const { matches, pool } = stores;
    const reasons: (string | undefined)[] = reported.map(({ playerId }) =>
      actor.kind === 'player' && actor.playerId !== playerId
        ? 'playerId: a player may leave only for themselves'
        : undefined,
    );
    const leaving = new Map<string, string[]>();
    let waits = false;
    for (const [index, { matchId: named, playerId, isOut }] of reported.entries()) {
      if (reasons[index] !== undefined) continue;
      const matchId = isOut
        ? named
        : ((await pool.matches.leave(playerId, named)) ?? (await currentOf(named)));
      if ((await pool.matches.decided([matchId])).length > 0) waits = true;
      else {
        if (!isOut) reasons[index] = await problem(matchId, playerId);
        if (reasons[index] === undefined) leaving.set(matchId, [...(leaving.get(matchId) ?? []), playerId]);
      }
    }
    for (const [matchId, playerIds] of leaving)
      waits = (await recordLeaves(matchId, playerIds, stores)) === 'waiting' || waits;
    return waits ? later(leaveWaitMs, 'the match has not started yet') : done(undefined, refusalsOf(reasons));

    async function currentOf(matchId: string): Promise<string> {
      return (await matches.current([matchId], pool.matches.decided, new Date())).get(matchId) ?? matchId;
    }

    async function problem(matchId: string, playerId: string): Promise<string | undefined> {
      const match = (await matches.find([matchId])).get(matchId);
      if (!match) return `matchId: there is no match ${matchId}`;
      return playedTeams(match).some((team) => team.playerIds.includes(playerId))
        ? undefined
        : `playerId: ${playerId} is not a player of match ${matchId}`;
    }
  };
