import type { Redis } from 'ioredis';
import type { EventOrigin } from '../jobs/event/event.ts';
import type { RefusedEvent } from '../jobs/event/refused-event.ts';
import { domainKeys } from '../jobs/keys.ts';
import { readRecord } from '../jobs/maintenance/maintenance.ts';
import type { CommittedMatch } from '../jobs/match/match.ts';
import { type MatchmakerData, matchmakerData } from '../jobs/match/matchmaker-data.ts';
import { readStoredTicket } from '../jobs/ticket/stored-ticket.ts';
import type { Call, CallOptions } from './call.ts';
import type { openOperations } from './operations.ts';
import { at, RequestError } from './request-error.ts';

export interface NoticeParts {
  readonly call: Call;
  readonly redis: Redis;
  readonly domain: string;
  readonly origin: EventOrigin;
  readonly readRecord: ReturnType<typeof openOperations>['readRecord'];
}

/** What others are told: game servers of their match, and which events a topic would not take. Services only. */
export function openNotices({ call, redis, domain, origin, readRecord: read }: NoticeParts) {
  /** The backfill ticket of a running match, where the fleet opened it itself; a service knows of its own. */
  const autoBackfill = async (matchId: string): Promise<string | undefined> => {
    const keys = domainKeys(domain);
    const ticketId = await redis.hget(keys.live(matchId), 'backfill');
    if (ticketId === null) return undefined;
    return readStoredTicket(await redis.get(keys.ticket(ticketId)))?.automatic ? ticketId : undefined;
  };

  return {
    /**
     * What FlexMatch tells the game server of a match that has started: give it to the server as JSON. It names the
     * ticket by which the fleet fills the match as long as that ticket is open, so that the server can stop it.
     */
    async matchmakerData(matchId: string, options: CallOptions = {}): Promise<MatchmakerData> {
      const [record] = await read('matches', matchId, options);
      if (!record) throw new RequestError('not-found', at('matchId', `no match ${matchId} has started`));
      const { configuration, tickets, teams } = record as unknown as CommittedMatch;
      const filling = await call(readRecord, options, () => autoBackfill(matchId));
      return matchmakerData({ matchId, configuration, tickets, teams }, origin, filling);
    },

    /** Events that topics refused for good, newest first, at most a thousand. */
    refusedEvents: (options: CallOptions = {}): Promise<(RefusedEvent & { readonly at: string })[]> =>
      call(readRecord, options, async () => {
        const entries = await redis.xrevrange(domainKeys(domain).refusedEvents(), '+', '-', 'COUNT', 1_000);
        return entries.map(([id, fields]) => ({
          at: new Date(Number.parseInt(id, 10)).toISOString(),
          ...(JSON.parse(fields[3] ?? '') as RefusedEvent),
        }));
      }),
  };
}
