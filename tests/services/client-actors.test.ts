import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CallName, isForPlayers, permissions } from '../../jobs/permissions.ts';
import type { FleetClient } from '../../producers/client.ts';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aTicket } from '../support/builders.ts';
import { duel, redisUrl } from '../support/client-domain.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let steps: Awaited<ReturnType<typeof openPoolSteps>>;
/** A client whose every call is asked for by the player `me`. */
let mine: FleetClient;

beforeEach(async () => {
  steps = await openPoolSteps();
  onTestFinished(() => steps[Symbol.asyncDispose]());
  const actor = { kind: 'player', playerId: 'me' } as const;
  mine = await openClient({ redisUrl: redisUrl(), domain: steps.domain, actor });
  onTestFinished(() => mine[Symbol.asyncDispose]());
});

const queued = async () =>
  (
    await Promise.all(
      Object.values(queuesOf(mine)).map((queue) => queue.getJobs(['waiting', 'prioritized'], 0, -1, true)),
    )
  ).flat();

/** Tickets of two players with a proposal between them, and one of this player. */
async function propose() {
  await steps.start(aTicket('yours', ['you']), aTicket('theirs', ['they']), aTicket('mine', ['me']));
  await steps.pool.matches.commit('duel', [await steps.commitOf('m', 'yours', 'theirs')], 30_000);
}

const accept = { ticketId: 'yours', matchId: 'm', acceptance: 'ACCEPT' } as const;
const sessions = [{ playerId: 'you' }];

/** Calls as a player may not make them. */
const refusals: Record<string, (() => Promise<unknown>)[]> = {
  createSession: [() => mine.createSession({ playerId: 'you' })],
  createSessionAll: [() => firstOf(mine.createSessionAll(sessions))],
  endSession: [() => mine.endSession({ sessionId: 's', playerId: 'you' })],
  playerLeft: [() => mine.playerLeft({ matchId: 'm', playerId: 'you' })],
  startMatchmaking: [
    () => mine.startMatchmaking(duel('you')),
    // It would cancel the other player's ticket (invariant 11).
    () => mine.startMatchmaking({ ...duel('me'), players: [...duel('me').players, ...duel('you').players] }),
  ],
  startMatchmakingAll: [() => firstOf(mine.startMatchmakingAll([duel('you')]))],
  reportMatchResultAll: [() => firstOf(mine.reportMatchResultAll([{ matchId: 'm', teams: [] }]))],
  explainTicket: [() => mine.explainTicket('yours')],
  stopMatchmaking: [() => mine.stopMatchmaking('yours')],
  acceptMatch: [
    () => mine.acceptMatch({ ...accept, playerIds: ['you'] }),
    () => mine.acceptMatch({ ...accept, playerIds: ['me'] }),
  ],
};

/**
 * Calls open to players about whose objects only a worker knows who owns them: tests/fleet/actors.test.ts.
 */
const judgedByWorkers = ['describeSession'];

/** Open to players, and about nobody. */
const impersonal = ['estimateWait'];

const firstOf = async (all: Promise<readonly PromiseSettledResult<unknown>[]>) => {
  const [first] = await all;
  if (first?.status === 'rejected') throw first.reason;
};

describe('a player acts only for tickets and sessions they are in', () => {
  test.each(Object.entries(refusals))('%s is refused for others', async (_call, attempts) => {
    await propose();

    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({
        name: 'RequestError',
        code: expect.stringMatching(/^not-(allowed|found)$/),
      });
    expect(await queued()).toEqual([]);
  });

  test('the table of permissions has every call of the client, and beside them those of the doors', () => {
    const doors = ['console', 'readPlayer', 'validateRuleSet', 'validateConfiguration'];

    expect([...Object.keys(mine), ...doors].sort()).toEqual(Object.keys(permissions).sort());
  });

  test('describeMatchmaking leaves tickets of others out', async () => {
    await propose();

    expect((await mine.describeMatchmaking(['yours', 'mine'])).map((it) => it.ticketId)).toEqual(['mine']);
  });

  test('every other call is for services: nothing of it is open to players', async () => {
    const known = [...Object.keys(refusals), ...judgedByWorkers, ...impersonal, 'describeMatchmaking'];
    const others = Object.entries(mine).filter(
      ([name]) => !isForPlayers(name as CallName) && !known.includes(name),
    );

    expect(others.length).toBeGreaterThan(40);
    expect(
      Object.keys(mine).filter((name) => isForPlayers(name as CallName) && !known.includes(name)),
    ).toEqual([]);
    for (const [name, call] of others)
      await expect((async () => (call as (given: unknown) => unknown)({}))(), name).rejects.toMatchObject({
        code: 'not-allowed',
        message: expect.stringContaining('player'),
      });
    expect(await queued()).toEqual([]);
  });

  test('what is their own is theirs to ask for', async () => {
    await backfillSteps(() => steps).play('m', 'me', 'you');
    await mine.createSession({ playerId: 'me' });
    await mine.playerLeft({ matchId: 'm', playerId: 'me' });
    await mine.endSession({ sessionId: 's', playerId: 'me' });
    await mine.startMatchmaking(duel('me', 'own'));
    await mine.stopMatchmaking('own');

    expect(await steps.statusOf('own')).toBe('CANCELLED');
    const names = (await queued()).map((job) => job.name);
    expect(names.sort()).toEqual(['create-session', 'end-session', 'form-matches', 'player-left']);
  });
});
