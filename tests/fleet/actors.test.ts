import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import type { Job } from '../../jobs/contract.ts';
import { acceptMatch, startMatchmaking, stopMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import { mayEnqueue } from '../../jobs/permissions.ts';
import { createSession, endSession, playerLeft } from '../../jobs/session-creation/jobs.ts';
import { aPlayer, aTicket, duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
  await fleet.install('duel', duelRuleSet);
}, 120_000);
afterAll(() => fleet[Symbol.asyncDispose]());

const me = { kind: 'player', playerId: 'me' } as const;

/** A configuration for tickets of two players. */
async function installForTwo() {
  await fleet.install('pairs', duelRuleSet.replace('"maxPlayers":1', '"maxPlayers":2'));
  return 'pairs';
}

/** Puts on the queue what no client of ours would, and returns what became of it. */
async function forge(job: Pick<Job, 'kind' | 'queue'>, item: unknown) {
  const envelope = { kind: job.kind, items: [item], actor: me, sentAt: 0 };
  const queue = fleet.queues[job.queue];
  const { id = '' } = await queue.add(job.kind, envelope);
  return vi.waitFor(
    async () => {
      const found = await queue.getJob(id);
      if (!found?.finishedOn) throw new Error(`${job.kind} has not ended`);
      return { state: await found.getState(), reason: found.failedReason };
    },
    { timeout: 15_000, interval: 25 },
  );
}

describe('the worker checks again who asks, whatever a producer let through', () => {
  const forServices = catalogue.filter((job) => !mayEnqueue(job.kind, me));

  test.each(forServices.map((job) => [job.kind, job] as const))(
    '%s of a player is refused',
    async (kind, job) => {
      expect(await forge(job, {})).toEqual({
        state: 'failed',
        reason: `actor: a player may not ask for ${kind}`,
      });
    },
  );

  test.each([
    [createSession, () => ({ sessionId: 's1', playerId: 'you', requestedAt: 0 }), 'only for themselves'],
    [endSession, () => ({ sessionId: fleet.own('yours'), playerId: 'you' }), "another player's session"],
    [playerLeft, () => ({ matchId: 'm', playerId: 'you' }), 'only for themselves'],
    [stopMatchmaking, () => ({ ticketId: 'waiting' }), 'is not in ticket waiting'],
    [
      acceptMatch,
      () => ({ ticketId: 'waiting', matchId: 'm', playerIds: ['you'], acceptance: 'ACCEPT' }),
      'only for themselves',
    ],
  ] as const)('$kind of a player for another is refused', async (job, item, reason) => {
    await fleet.client.createSession({ sessionId: fleet.own('yours'), playerId: fleet.own('you') });
    await vi.waitFor(
      async () => expect(await fleet.client.describeSession(fleet.own('yours'))).toBeDefined(),
      10_000,
    );
    await fleet.producerTickets.start([aTicket('waiting', ['you'])]);

    const ended = await forge(job, item());

    expect(ended).toEqual({ state: 'failed', reason: expect.stringContaining(reason) });
    expect((await fleet.client.describeSession(fleet.own('yours')))?.status).toBe('ACTIVE');
  });

  test(`${startMatchmaking.kind} of a player for others is refused, and takes nobody's ticket away (invariant 11)`, async () => {
    // Far from the tickets above, or the beat would match them.
    await fleet.producerTickets.start([{ ...aTicket('theirs'), players: [aPlayer('they', 1_000)] }]);
    const forged = aTicket('forged', ['me', 'they']).players;
    const configuration = await installForTwo();

    const ended = await forge(startMatchmaking, { configuration, ticketId: 'forged', players: forged });

    expect(ended).toEqual({
      state: 'failed',
      reason: expect.stringContaining('only a ticket of their own'),
    });
    expect(await fleet.ticket('theirs')).toMatchObject({ status: 'SEARCHING' });
    expect(await fleet.ticket('forged')).toBeUndefined();
  });

  test("read-session shows a player nothing of another's session", async () => {
    const [sessionId, playerId] = [fleet.own('hers'), fleet.own('her')];
    await fleet.client.createSession({ sessionId, playerId });
    await vi.waitFor(async () => expect(await fleet.client.describeSession(sessionId)).toBeDefined(), 10_000);

    expect(await fleet.client.describeSession(sessionId, { actor: me })).toBeUndefined();
    expect(
      await fleet.client.describeSession(sessionId, { actor: { kind: 'player', playerId } }),
    ).toMatchObject({ player_id: playerId });
  });
});
