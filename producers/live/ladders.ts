import type { z } from 'zod';
import { defaultLadder, defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { type DescribedLadder, describeLadders } from '../../jobs/maintenance/describe-ladders.ts';
import { predictChances, type RankedPlayer, topOfLadder } from '../../jobs/maintenance/read-players.ts';
import type { Call, Calling, CallOptions } from '../call.ts';
import { parse } from '../parse.ts';
import type { ProducerQueues } from '../queues.ts';

/** Ladders as they stand, and what they predict. */
export function openLadders({ call, queues }: { readonly call: Call; readonly queues: ProducerQueues }) {
  const predict = async (
    item: z.output<typeof predictChances.item>,
    calling: Calling,
    timeoutMs?: number,
  ): Promise<readonly number[]> =>
    ((await queues.ask(predictChances, item, calling, timeoutMs)) as { chances: number[] }).chances;

  return {
    predict,

    /** The best of a ladder, 100 from the top on unless it is said: `from` is the first rank, `limit` at most 1,000. */
    topOfLadder: (
      request: z.input<typeof topOfLadder.item>,
      options: CallOptions = {},
    ): Promise<RankedPlayer[]> =>
      call(topOfLadder, options, async (calling) => {
        const item = parse(topOfLadder.item, request);
        return (await queues.ask(topOfLadder, item, calling)) as RankedPlayer[];
      }),

    /**
     * Each team's chance to win, by the ratings that its players have now on a ladder: for a match that there is not yet, too. Teams are
     * lists of player ids; chances are in their order and sum to 1.
     */
    predictChances: (
      request: z.input<typeof predictChances.item>,
      options: CallOptions = {},
    ): Promise<readonly number[]> =>
      call(predictChances, options, (calling) => predict(parse(predictChances.item, request), calling)),

    /** Every ladder that is on record, that a configuration names or on which something waits; `default` always. By name. */
    listLadders: (options: CallOptions = {}): Promise<readonly DescribedLadder[]> =>
      call(
        describeLadders,
        options,
        async (calling) => (await queues.ask(describeLadders, {}, calling)) as DescribedLadder[],
      ),
  };
}
