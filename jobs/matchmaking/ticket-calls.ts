import type { BindScript } from '../scripts/bind.ts';
import { type Answered, acceptArguments, readAnswered } from './accept-call.ts';
import {
  type Backfilling,
  type BackfillReply,
  backfillArguments,
  readBackfillVerdict,
} from './backfill-call.ts';
import type { AcceptMatch } from './jobs.ts';
import {
  readVerdicts,
  type Starting,
  type StartReply,
  type StartVerdict,
  startArguments,
} from './start-call.ts';

/**
 * The calls about tickets that one script each decides, whoever runs it: the client itself, or a worker for a
 * job of that kind.
 */
export function ticketCalls(script: BindScript) {
  const run = {
    start: script<StartReply>('start'),
    stop: script<[string, string]>('stop'),
    accept: script<string[]>('accept'),
    backfill: script<BackfillReply>('backfill'),
  };

  return {
    /** Starts tickets; each verdict stands alone. `pools`: those to wake. */
    async start(
      tickets: readonly Starting[],
    ): Promise<{ pools: readonly string[]; verdicts: readonly StartVerdict[] }> {
      const reply = await run.start(...startArguments(tickets));
      return { pools: reply[0], verdicts: readVerdicts(tickets, reply) };
    },

    /**
     * The status the ticket has now, `missing` or `stranger` (see `stop.lua`); and the pool to wake, if there
     * is one.
     */
    async stop(ticketId: string, playerId?: string): Promise<{ status: string; pool: string | undefined }> {
      const [status, pool] = await run.stop(ticketId, playerId ?? '');
      return { status, pool: pool || undefined };
    },

    /** Records answers to a proposal. */
    accept: async (answer: AcceptMatch): Promise<Answered> =>
      readAnswered(await run.accept(...acceptArguments(answer))),

    /** Starts a backfill ticket. `pool`: the one to wake, if there is one. */
    async backfill(ticket: Backfilling): Promise<{ verdict: StartVerdict; pool: string | undefined }> {
      const reply = await run.backfill(...backfillArguments(ticket));
      return { verdict: readBackfillVerdict(ticket, reply), pool: reply[3] || undefined };
    },
  };
}
