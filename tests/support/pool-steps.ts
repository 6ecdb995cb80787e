import { storedEvents } from '../../jobs/matchmaking/event.ts';
import type { Commit } from '../../workers/pool/outbox.ts';
import { aConfiguration, aMatch, aTicket } from './builders.ts';
import { openDomain } from './domain.ts';
import { fleetTime, passTime } from './fleet-clock.ts';

/** A domain, one of its own by default, with the configuration `duel` installed, and the steps pool tests take in it. */
export async function openPoolSteps(opened?: Awaited<ReturnType<typeof openDomain>>) {
  const domain = opened ?? (await openDomain());
  const { pool, tickets, redis } = domain;
  await pool.install(aConfiguration());

  const reserve = (...wanted: ReturnType<typeof aTicket>[]) => tickets.reserve('job', wanted);
  /** Lets a ticket in as reserved, as a worker does. */
  const enter = async (ticketId: string, timeoutMs = 60_000) => {
    const [reservation] = await pool.reservations([ticketId]);
    const players = JSON.parse(reservation?.players ?? '[]');
    const [outcome] = await pool.enter([{ ticketId, pool: 'duel', timeoutMs, players }]);
    return outcome;
  };
  const inPool = async () => (await pool.readPool('duel', 0, 100)).tickets;

  return {
    ...domain,
    key: (name: string) => `{${domain.domain}.matchmaking}:${name}`,
    reserve,
    enter,
    inPool,
    /** Fleet time, ms. */
    now: () => fleetTime(redis, domain.domain),
    /** Lets so much fleet time pass (ms). */
    pass: (ms: number) => passTime(redis, domain.domain, ms),
    statusOf: async (ticketId: string) => (await tickets.describe([ticketId]))[0]?.status,
    events: async () =>
      (await redis.xrange(`{${domain.domain}.matchmaking}:events`, '-', '+'))
        .flatMap(storedEvents)
        .map((event) => event.type),

    /** Tickets of one player each, reserved and searching. */
    async search(...ticketIds: string[]) {
      await reserve(...ticketIds.map((id) => aTicket(id)));
      for (const id of ticketIds) await enter(id);
      return inPool();
    },

    /** What a worker that sees the pool as it is now would commit. */
    async commitOf(matchId: string, ...ticketIds: string[]): Promise<Commit> {
      const members = (await inPool()).filter((it) => ticketIds.includes(it.ticketId));
      return {
        match: aMatch(matchId, members),
        jobId: 'job',
        revisions: members.map((it) => it.revision),
        ruleEvaluations: [{ ruleName: 'Close', passedCount: 1, failedCount: 0 }],
      };
    },
  };
}
