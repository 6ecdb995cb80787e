import type { Redis } from 'ioredis';
import type { Entry } from '../../jobs/chain.ts';
import type { CommandEnvelope } from '../../jobs/commands.ts';
import type { DomainKeys } from '../../jobs/keys.ts';
import { type Arrival, readArrival } from '../../jobs/ladder/arrival.ts';
import type { LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import type { Page } from './page.ts';

/** Arrivals that a rater reads at once. */
const pageLength = 1_000;
/** A ladder's rater is woken again after this long (ms), should the one at work have died. */
const wakePatience = 2_000;
/** Clean-up: the record knows every command that changed something. */
const verdictSeconds = 86_400;

/** What waits for the raters of ladders. */
export function openArrivals(redis: Redis, keys: DomainKeys, script: BindScript) {
  const run = {
    next: script<Entry[]>('next-arrivals'),
    due: script<string[]>('due-ladders'),
    command: script<[string, number]>('command-ladder'),
    refuse: script<[string]>('refuse-result'),
  };

  /**
   * How many results and commands no rater has put on record, by ladder; none is left out on which some wait.
   */
  const arrivalsByLadder = async (): Promise<Map<string, number>> => {
    const ladders = await redis.zrange(keys.ladders(), '0', '-1');
    const lengths = await Promise.all(ladders.map((ladder) => redis.xlen(keys.arrivals(ladder))));
    return new Map(ladders.map((ladder, index) => [ladder, lengths[index] ?? 0]));
  };

  return {
    /**
     * Forgets arrivals that are on record or refused; returns those that are first now. With `rests`, a
     * ladder without any is at rest.
     */
    async nextArrivals(ladder: string, gone: readonly string[], rests: boolean): Promise<Arrival[]> {
      const entries = await run.next(ladder, pageLength, wakePatience, rests ? 1 : 0, ...gone);
      return entries.map(readArrival);
    },

    /** Ladders whose raters are to be woken. Each goes to one caller. */
    dueLadders: (most = 100): Promise<string[]> => run.due(most, wakePatience),

    /**
     * Puts a command among a ladder's arrivals, once. `verdict`: what became of it; absent while its rater
     * has yet to say.
     */
    async commandLadder(
      ladder: string,
      command: CommandEnvelope,
    ): Promise<{ verdict: LadderVerdict | undefined; wake: boolean }> {
      const [verdict, wake] = await run.command(ladder, command.id, JSON.stringify(command));
      return { verdict: verdict ? JSON.parse(verdict) : undefined, wake: wake === 1 };
    },

    /** Says what became of a command. */
    async answerCommand(commandId: string, verdict: LadderVerdict): Promise<void> {
      await redis.set(keys.verdict(commandId), JSON.stringify(verdict), 'EX', verdictSeconds);
    },

    /** Keeps a result that cannot be one, for operators. */
    async refuseResult(ladder: string, matchId: string, result: string, reason: string): Promise<void> {
      await run.refuse(ladder, matchId, result, reason);
    },

    /** Matches whose results wait among a ladder's arrivals. */
    async resultsWaiting(ladder: string, after?: string): Promise<Page<string>> {
      const from = after === undefined ? '-' : `(${after}`;
      const entries = await redis.xrange(keys.arrivals(ladder), from, '+', 'COUNT', pageLength);
      const arrivals = entries.map(readArrival);
      return {
        items: arrivals.flatMap((it) => (it.kind === 'result' ? [it.result.matchId] : [])),
        next: entries.length === pageLength ? entries.at(-1)?.[0] : undefined,
      };
    },

    arrivalsByLadder,

    /** How many results and commands no rater has put on record. */
    arrivalsWaiting: async (): Promise<number> =>
      [...(await arrivalsByLadder()).values()].reduce((sum, length) => sum + length, 0),
  };
}
