import type { RefusedEvent } from '../../jobs/event/refused-event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { readRecord } from '../../jobs/maintenance/jobs.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { matchmakerData } from '../../jobs/match/matchmaker-data.ts';
import { fromStoredTickets, type StoredMatchTicket } from '../../jobs/match/stored-tickets.ts';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';

/** What others are told: game servers of their match, and which events a topic would not take. */
export function noticeCalls({ call, queues, redis, domain, origin }: ClientParts) {
  /** The backfill ticket of a running match, where the fleet opened it itself; a service knows of its own. */
  const autoBackfill = async (matchId: string): Promise<string | undefined> => {
    const keys = domainKeys(domain);
    const ticketId = await redis.hget(keys.live(matchId), 'backfill');
    if (ticketId === null) return undefined;
    return readStoredTicket(await redis.get(keys.ticket(ticketId)))?.automatic ? ticketId : undefined;
  };

  return {
    readMatchmakerData: (matchId, options = {}) =>
      call('readMatchmakerData', options, async (calling) => {
        const item = parse(readRecord.item, { collection: 'matches', id: matchId });
        const [record] = await queues.ask(readRecord, item, calling);
        if (!record) throw new RequestError('not-found', at('matchId', `no match ${matchId} has started`));
        const { configuration, tickets, teams } = record as Pick<
          CommittedMatch,
          'configuration' | 'teams'
        > & { readonly tickets: readonly StoredMatchTicket[] };
        return matchmakerData(
          { matchId, configuration, tickets: fromStoredTickets(tickets), teams },
          origin,
          await autoBackfill(matchId),
        );
      }),

    listRefusedEvents: (options = {}) =>
      call('listRefusedEvents', options, async () => {
        const entries = await redis.xrevrange(domainKeys(domain).refusedEvents(), '+', '-', 'COUNT', 1_000);
        return entries.map(([id, fields]) => ({
          at: new Date(Number.parseInt(id, 10)).toISOString(),
          ...(JSON.parse(fields[3] ?? '') as RefusedEvent),
        }));
      }),
  } satisfies Calls;
}
