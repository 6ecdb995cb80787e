import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { matchDetail } from './match-detail.ts';
import type { Scripts } from './script.ts';

/** What it takes to compare this store with the record, after it may have gone back in time. */
export function openComparing(redis: Redis, keys: DomainKeys, script: Scripts) {
  const otherRun = script<string>('other-run');
  const putBack = script<number>('put-back');

  return {
    /** The run of the server that has not been compared yet; `undefined`: it has. */
    uncomparedRun: async (): Promise<string | undefined> => (await otherRun('')) || undefined,

    /** Notes that everything has been compared on this run; `false`: it is another by now. */
    compared: async (run: string): Promise<boolean> => (await otherRun(run)) === '',

    /** Every pool that holds tickets. */
    async pools(): Promise<string[]> {
      const configurations = await redis.smembers(keys.configurations());
      return (await Promise.all(configurations.map((name) => redis.smembers(keys.pools(name))))).flat();
    },

    /**
     * Puts a match that is on record back into the outbox, with the call of each of its tickets; whether it took a ticket that
     * was not decided here.
     */
    async putBack(match: CommittedMatch, calls: readonly string[]): Promise<boolean> {
      const detail = matchDetail(match, { acceptanceRequired: false, ruleEvaluationMetrics: [] });
      const tickets = match.tickets.flatMap((it, index) => [it.ticketId, it.sequence, calls[index] ?? '']);
      return (
        (await putBack(
          match.matchId,
          `start-match-${match.matchId}`,
          JSON.stringify(match),
          JSON.stringify(detail),
          match.tickets.length,
          ...tickets,
        )) === 1
      );
    },
  };
}
