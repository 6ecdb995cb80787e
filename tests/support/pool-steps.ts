import { storedEvents } from '../../jobs/event/event.ts';
import { poolTag } from '../../jobs/keys.ts';
import { openScript } from '../../producers/connection/script.ts';
import type { Commit } from '../../workers/pool/outbox.ts';
import { aConfiguration, aMatch, aTicket } from './builders.ts';
import { openDomain } from './domain.ts';
import { fleetTime, passTime } from './fleet-clock.ts';

/**
 * A domain, one of its own by default, with the configuration `duel` installed, and the steps pool tests take
 * in it.
 */
export async function openPoolSteps(opened?: Awaited<ReturnType<typeof openDomain>>) {
  const domain = opened ?? (await openDomain());
  const { pool, tickets, redis } = domain;
  await pool.settings.install(aConfiguration());

  const script = (name: string) => openScript<string>(redis, poolTag(domain.domain), name);
  const start = async (...wanted: ReturnType<typeof aTicket>[]) => (await tickets.start(wanted)).verdicts;
  const inPool = async () => (await pool.mirror.readPool('duel', 0, 100)).tickets;

  return {
    ...domain,
    key: (name: string) => `{${domain.domain}.matchmaking}:${name}`,
    start,
    inPool,
    /** What producers do to operators' commands. */
    commands: { append: script('append-command'), withdraw: script('withdraw-command') },
    /** Fleet time, ms. */
    now: () => fleetTime(redis, domain.domain),
    /** Lets so much fleet time pass (ms). */
    pass: (ms: number) => passTime(redis, domain.domain, ms),
    statusOf: async (ticketId: string) => (await tickets.describe([ticketId]))[0]?.status,
    events: async () =>
      (await redis.xrange(`{${domain.domain}.matchmaking}:events`, '-', '+'))
        .flatMap(storedEvents)
        .map((event) => event.type),

    /** Tickets of one player each, searching under the version in force. */
    async search(...ticketIds: string[]) {
      const version = (await pool.settings.installed('duel'))?.version ?? 0;
      await start(...ticketIds.map((id) => ({ ...aTicket(id), version })));
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
