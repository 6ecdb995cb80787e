import {
  type KeptActivity,
  type RatedMatch,
  readActivity,
  readPlayerHistory,
} from '../jobs/maintenance/history.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';

export interface HistoryParts {
  readonly call: Call;
  readonly queues: Pick<ProducerQueues, 'ask'>;
}

/** What happened, from the record. Services only; each call takes a worker that serves `maintenance`. */
export const openHistory = ({ call, queues }: HistoryParts) => ({
  /** What happened in a configuration, five minutes each, the oldest first, from `since` on; the last ten minutes may be missing. */
  readActivity: (
    request: { readonly configuration: string; readonly since: Date },
    options: CallOptions = {},
  ): Promise<KeptActivity[]> =>
    call(readActivity, options, async (calling) => {
      const item = parse(readActivity.item, { ...request, since: request.since.getTime() });
      return (await queues.ask(readActivity, item, calling)) as KeptActivity[];
    }),

  /** A player's rated matches, the newest first: 50 a ladder. */
  readPlayerHistory: (playerId: string, options: CallOptions = {}): Promise<RatedMatch[]> =>
    call(readPlayerHistory, options, async (calling) => {
      const item = parse(readPlayerHistory.item, { playerId });
      return (await queues.ask(readPlayerHistory, item, calling)) as RatedMatch[];
    }),
});
