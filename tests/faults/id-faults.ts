import type { Db } from 'mongodb';
import { poolTag } from '../../jobs/keys.ts';
import { isTerminal } from '../../jobs/ticket/lifecycle.ts';
import { ticketDay } from '../../jobs/ticket/ticket-day.ts';
import type { TicketRecord } from '../../workers/records/ticket-record.ts';
import { redisOf } from '../support/client-inside.ts';
import { ticketRecords } from '../support/ticket-records.ts';
import type { Fault } from './fault.ts';
import { startPair } from './probes.ts';

/** How many tickets lend their ids. */
const most = 4;

const dayMs = 24 * 3_600_000;

/** Makes some of these tickets a day older on record. Returns which; none while the record is away. */
async function age(record: Db, ticketIds: readonly string[]): Promise<string[]> {
  const earlier = (time: Date) => new Date(time.getTime() - dayMs);
  const found = await ticketRecords(record, { _id: { $in: [...ticketIds] } });
  const aged = found.slice(0, most).map((ticket) => ({
    ...ticket,
    start_time: earlier(ticket.start_time),
    ended_at: earlier(ticket.ended_at),
    ...(ticket.decided_at !== undefined && { decided_at: ticket.decided_at - dayMs }),
  }));
  for (const ticket of aged) {
    const { _id, start_time } = ticket;
    const dayOf = (time: Date) => record.collection<TicketRecord>(ticketDay(time.getTime()));
    await dayOf(start_time).replaceOne({ _id }, ticket, { upsert: true });
    await dayOf(new Date(start_time.getTime() + dayMs)).deleteOne({ _id });
  }
  return aged.map((ticket) => ticket._id);
}

export const idFaults = {
  'ticket ids used again': {
    on: 'ids',
    /**
     * A day goes by for some tickets that ended, after which the queue has forgotten them; then somebody uses
     * their ids.
     */
    async strike({ client, domain, record, log }) {
      const old = log.calls.filter((call) => call.kind === 'start' && call.configuration === 'probe');
      const asked = old.flatMap((call) => ('ticketId' in call ? call.ticketId : []));
      const tickets = await client.describeMatchmaking(asked.slice(-100)).catch(() => []);
      const ended = tickets.filter((ticket) => isTerminal(ticket.status)).map((ticket) => ticket.ticketId);
      const ids = await age(record, ended).catch(() => []);
      if (ids.length === 0) return;
      const redis = redisOf(client);
      await redis.unlink(...ids.map((id) => `${poolTag(domain)}:ticket:${id}`)).catch(() => 0);
      await startPair(client, log, ids);
    },
  },
} as const satisfies Record<string, Fault>;
