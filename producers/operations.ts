import type { z } from 'zod';
import {
  pauseConfiguration,
  putConfiguration,
  putRuleSet,
  type RecordCollection,
  readRecord,
} from '../jobs/maintenance/maintenance.ts';
import type { configuration, InstalledConfiguration } from '../jobs/matchmaking/configuration.ts';
import { problemLine } from '../jobs/matchmaking/rule-set/fields.ts';
import { loadRuleSet } from '../jobs/matchmaking/rule-set/load.ts';
import { problemList } from '../jobs/problem-list.ts';
import { correctResult } from '../jobs/rating-update/correct-result.ts';
import type { LadderSettings } from '../jobs/rating-update/ladder.ts';
import { putLadder } from '../jobs/rating-update/put-ladder.ts';
import { resetSeason } from '../jobs/rating-update/reset-season.ts';
import type { ReportedResult } from '../jobs/rating-update/result.ts';
import type { Call, CallOptions } from './call.ts';
import type { openConfigurations } from './configurations.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

export interface OperationParts {
  readonly call: Call;
  readonly queues: ProducerQueues;
  readonly configurations: ReturnType<typeof openConfigurations>;
}

/** Whether a configuration is paused, and since when. */
export interface PauseState {
  readonly name: string;
  readonly pausedSince?: string;
}

/** What operators ask for: rule sets, configurations, ladders, corrections, records. None of it is open to players. */
export function openOperations({ call, queues, configurations }: OperationParts) {
  const pauseOrResume = (
    request: z.input<typeof pauseConfiguration.item>,
    options: CallOptions,
  ): Promise<PauseState> =>
    call(pauseConfiguration, options, async (calling) => {
      const item = parse(pauseConfiguration.item, request);
      const answer = (await queues.ask(pauseConfiguration, item, calling)) as { pausedSince?: number };
      const { pausedSince: since } = answer;
      return { name: item.name, ...(since !== undefined && { pausedSince: new Date(since).toISOString() }) };
    });

  return {
    /** Stores a rule set (FlexMatch JSON text) as a new version, used from the next cycle on. */
    putRuleSet: (
      request: { readonly name: string; readonly body: string },
      options: CallOptions = {},
    ): Promise<{ version: number; warnings: readonly { path: string; message: string }[] }> =>
      call(putRuleSet, options, async (calling) => {
        const item = parse(putRuleSet.item, request);
        const loaded = loadRuleSet(item.body);
        if (!loaded.ok)
          throw new RequestError('invalid-request', problemList(loaded.problems.map(problemLine)).join('\n'));
        return (await queues.ask(putRuleSet, item, calling)) as never;
      }),

    /** Stores a configuration as a new version. Its rule set must be there. */
    putConfiguration: (
      request: z.input<typeof configuration>,
      options: CallOptions = {},
    ): Promise<{ version: number }> =>
      call(putConfiguration, options, async (calling) => {
        const item = parse(putConfiguration.item, request);
        return (await queues.ask(putConfiguration, item, calling)) as never;
      }),

    /**
     * Pauses a configuration, from when this returns on: its tickets enter and time out, no match is formed, and
     * proposals made before go on. It stays so until it is resumed. Returns since when, ISO 8601.
     */
    pauseConfiguration: (name: string, options: CallOptions = {}): Promise<PauseState> =>
      pauseOrResume({ name, action: 'pause' }, options),

    /** Lets a paused configuration form matches again; its pools are due at once. */
    resumeConfiguration: (name: string, options: CallOptions = {}): Promise<PauseState> =>
      pauseOrResume({ name, action: 'resume' }, options),

    listConfigurations: (options: CallOptions = {}): Promise<InstalledConfiguration[]> =>
      call(putConfiguration, options, () => configurations.list()),

    /** Documents a worker reads from DocumentDB, at most 100; without an id, for rule sets, configurations and ladders, all. */
    readRecord: (
      collection: RecordCollection,
      id?: string,
      options: CallOptions = {},
    ): Promise<Record<string, unknown>[]> =>
      call(readRecord, options, async (calling) => {
        const item = parse(readRecord.item, { collection, ...(id !== undefined && { id }) });
        return (await queues.ask(readRecord, item, calling)) as never;
      }),

    /** Replaces the result of a rated match; that match and all its ladder rated since are rated again. */
    correctResult: (
      request: { readonly result: ReportedResult; readonly reason: string },
      options: CallOptions = {},
    ): Promise<{ matches: number; revision: number }> =>
      call(correctResult, options, async (calling) => {
        const item = parse(correctResult.item, request);
        return (await queues.ask(correctResult, item, calling)) as never;
      }),

    /** Gives a ladder its settings, for matches rated from now on; what is not named is the default. */
    putLadder: (
      request: { readonly name: string; readonly settings: Partial<LadderSettings> },
      options: CallOptions = {},
    ): Promise<LadderSettings> =>
      call(putLadder, options, async (calling) => {
        const item = parse(putLadder.item, request);
        return (await queues.ask(putLadder, item, calling)) as never;
      }),

    /** Starts a ladder's next season, numbered from 1: a soft reset of every rating on it. */
    startSeason: (
      request: { readonly ladder: string; readonly season: number },
      options: CallOptions = {},
    ): Promise<{ season: number }> =>
      call(resetSeason, options, async (calling) => {
        const item = parse(resetSeason.item, request);
        return (await queues.ask(resetSeason, item, calling)) as never;
      }),
  };
}
