import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { isTerminal } from '../../jobs/invariants/check.ts';
import { poolTag } from '../../jobs/keys.ts';
import type { Fault } from './fault.ts';
import { startPair } from './probes.ts';

/** How many tickets lend their ids. */
const most = 4;

const dayMs = 24 * 3_600_000;

interface StoredTicket {
  readonly _id: string;
  readonly decided_at?: number;
  readonly start_time: Date;
  readonly ended_at: Date;
}

/** Makes some of these tickets a day older on record. Returns which; none while the record is away. */
async function age(record: Db, ticketIds: readonly string[]): Promise<string[]> {
  const tickets = record.collection<StoredTicket>('tickets');
  const earlier = (time: Date) => new Date(time.getTime() - dayMs);
  const found = await tickets
    .find({ _id: { $in: [...ticketIds] } })
    .limit(most)
    .toArray();
  for (const { _id, decided_at, start_time, ended_at } of found) {
    const times = { start_time: earlier(start_time), ended_at: earlier(ended_at) };
    const decided = decided_at !== undefined && { decided_at: decided_at - dayMs };
    await tickets.updateOne({ _id }, { $set: { ...times, ...decided } });
  }
  return found.map((ticket) => ticket._id);
}

export const idFaults = {
  'ticket ids used again': {
    on: 'ids',
    /** A day goes by for some tickets that ended, after which the queue has forgotten them; then somebody uses their ids. */
    async strike({ client, domain, record, log }) {
      const old = log.calls.filter((call) => call.kind === 'start' && call.configuration === 'probe');
      const asked = old.flatMap((call) => ('ticketId' in call ? call.ticketId : []));
      const tickets = await client.describeMatchmaking(asked.slice(-100)).catch(() => []);
      const ended = tickets.filter((ticket) => isTerminal(ticket.status)).map((ticket) => ticket.ticketId);
      const ids = await age(record, ended).catch(() => []);
      if (ids.length === 0) return;
      const redis = client.queues.matchmaking.opts.connection as Redis;
      await redis.unlink(...ids.map((id) => `${poolTag(domain)}:ticket:${id}`)).catch(() => 0);
      await startPair(client, log, ids);
    },
  },
} as const satisfies Record<string, Fault>;
