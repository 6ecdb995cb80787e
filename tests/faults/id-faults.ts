import type { Redis } from 'ioredis';
import { isTerminal } from '../../jobs/invariants/check.ts';
import { poolTag } from '../../jobs/keys.ts';
import type { Fault } from './fault.ts';
import { startPair } from './probes.ts';

/** How many tickets lend their ids. */
const most = 4;

export const idFaults = {
  'ticket ids used again': {
    on: 'ids',
    /** The queue forgets some tickets that ended, as it does after a day; then somebody uses their ids. */
    async strike({ client, domain, log }) {
      const old = log.calls.filter((call) => call.kind === 'start' && call.configuration === 'probe');
      const asked = old.flatMap((call) => ('ticketId' in call ? call.ticketId : []));
      const tickets = await client.describeMatchmaking(asked.slice(-100)).catch(() => []);
      const ended = tickets.filter((ticket) => isTerminal(ticket.status)).map((ticket) => ticket.ticketId);
      const ids = ended.slice(0, most);
      if (ids.length === 0) return;
      const redis = client.queues.matchmaking.opts.connection as Redis;
      await redis.unlink(...ids.map((id) => `${poolTag(domain)}:ticket:${id}`)).catch(() => 0);
      await startPair(client, log, ids);
    },
  },
} as const satisfies Record<string, Fault>;
