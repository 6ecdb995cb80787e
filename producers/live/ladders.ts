import type { z } from 'zod';
import { defaultLadder, defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { predictChances, type RankedPlayer, topOfLadder } from '../../jobs/maintenance/read-players.ts';
import type { Call, Calling, CallOptions } from '../call.ts';
import type { openConfigurations } from '../configurations.ts';
import type { openOperations } from '../operations.ts';
import { parse } from '../parse.ts';
import type { ProducerQueues } from '../queues.ts';

/** A ladder as operators look at it. */
export interface DescribedLadder {
  readonly name: string;
  readonly season: number;
  readonly settings: LadderSettings;
  /** Configurations whose results change it. */
  readonly usedBy: readonly string[];
  /** Whether the record has it; one that nobody has set or rated on is as a new one. */
  readonly stored: boolean;
  /** What is under way; results that come meanwhile wait for it. */
  readonly underWay?: Unfinished['kind'];
}

/** Every ladder that is on record (documents of `ladders`) or that a configuration names, by name. */
function describeLadders(
  records: readonly Record<string, unknown>[],
  configurations: readonly { readonly name: string; readonly ladder: string }[],
): DescribedLadder[] {
  const stored = new Map(records.flatMap((it) => (it['deleted'] ? [] : [[String(it['_id']), it]])));
  const names = [
    ...new Set([defaultLadder, ...stored.keys(), ...configurations.map((it) => it.ladder)]),
  ].sort();
  return names.map((name) => {
    const unfinished = stored.get(name)?.['unfinished'] as Unfinished | undefined;
    return {
      name,
      season: Number(stored.get(name)?.['season'] ?? 0),
      settings: { ...defaultSettings, ...(stored.get(name)?.['settings'] as Partial<LadderSettings>) },
      usedBy: configurations.flatMap((it) => (it.ladder === name ? [it.name] : [])).sort(),
      stored: stored.has(name),
      ...(unfinished && { underWay: unfinished.kind }),
    };
  });
}

const looking = { kind: 'look at ladders', askedBy: 'services' } as const;

/** Ladders as they stand, and what they predict. */
export function openLadders({
  call,
  queues,
  configurations,
  readRecord,
}: {
  readonly call: Call;
  readonly queues: ProducerQueues;
  readonly configurations: ReturnType<typeof openConfigurations>;
  readonly readRecord: ReturnType<typeof openOperations>['readRecord'];
}) {
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

    /** Every ladder that is on record or that a configuration names, by name. */
    listLadders: (options: CallOptions = {}): Promise<DescribedLadder[]> =>
      call(looking, options, async () => {
        const [records, installed] = await Promise.all([
          readRecord('ladders', undefined, options),
          configurations.list(),
        ]);
        return describeLadders(
          records,
          installed.map((it) => it.configuration),
        );
      }),
  };
}
