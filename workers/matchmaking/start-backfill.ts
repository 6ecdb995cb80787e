import type { z } from 'zod';
import { withoutTaken } from '../../jobs/configuration/rating-attributes.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { backfillPlayersWithin } from '../../jobs/matchmaking/backfill.ts';
import { startBackfill } from '../../jobs/matchmaking/jobs.ts';
import { ticketProblems } from '../../jobs/rule-set/check-ticket.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type StartStores, startEach } from './start-each.ts';
import { wakePool } from './wake-pool.ts';

export const startBackfillDuty: OpenDuty<Omit<StartStores, 'wake'>> = (stores, { queues }) =>
  duty(startBackfill, startBackfills({ ...stores, wake: wakePool(queues) }));

/** StartMatchBackfill, enqueued. */
export const startBackfills = (stores: StartStores): Handler<z.output<typeof startBackfill.item>> =>
  startEach(stores, {
    check({ players: given }, { ruleSet, installed }) {
      const parsed = backfillPlayersWithin(installed.configuration.limits).safeParse(given);
      if (!parsed.success) return problemsOf(parsed.error, 'players').join('; ');
      const players = withoutTaken(parsed.data, installed.configuration);
      return ticketProblems(ruleSet, { players, backfill: true }) ?? players;
    },
    async send(ticket, { matchId }) {
      const { verdict, pool } = await stores.pool.tickets.backfill({ ...ticket, fills: matchId });
      return { verdict, pools: pool === undefined ? [] : [pool] };
    },
  });
