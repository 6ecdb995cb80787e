import type { z } from 'zod';
import type { configuration, InstalledConfiguration } from '../jobs/configuration/configuration.ts';
import type { QueueName } from '../jobs/contract.ts';
import type { LadderSettings } from '../jobs/ladder/ladder.ts';
import type { ReportedResult } from '../jobs/ladder/result.ts';
import {
  type Decided,
  listAudit,
  type RecordCollection,
  readRecord,
} from '../jobs/maintenance/maintenance.ts';
import {
  deleteConfiguration,
  deleteRuleSet,
  pauseConfiguration,
  pauseQueue,
  putConfiguration,
  putRuleSet,
  resumeConfiguration,
  resumeQueue,
  retryJobs,
} from '../jobs/maintenance/setting-commands.ts';
import { problemLine, problemList } from '../jobs/problem-list.ts';
import { correctResult } from '../jobs/rating-update/correct-result.ts';
import { deleteLadder } from '../jobs/rating-update/delete-ladder.ts';
import { putLadder } from '../jobs/rating-update/put-ladder.ts';
import { resetSeason } from '../jobs/rating-update/reset-season.ts';
import { loadRuleSet } from '../jobs/rule-set/load.ts';
import type { Call, CallOptions } from './call.ts';
import type { CommandOptions, GiveByJob, GiveCommand } from './commands.ts';
import type { openConfigurations } from './configurations.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

export interface OperationParts {
  readonly call: Call;
  readonly give: GiveCommand;
  readonly giveByJob: GiveByJob;
  readonly queues: ProducerQueues;
  readonly configurations: ReturnType<typeof openConfigurations>;
}

/** Whether a configuration is paused, and since when. */
export interface PauseState {
  readonly name: string;
  readonly pausedSince?: string;
}

/** What `listAudit` looks for; all of it where nothing is said. `since` and `until` are times of decisions. */
export interface AuditRequest {
  readonly target?: string;
  readonly operator?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Most commands listed, the newest; at most 1,000. Default: 100. */
  readonly limit?: number;
}

/**
 * What operators ask for: rule sets, configurations, ladders, corrections, records. None of it is open to players. What changes
 * anything is signed by the operator's key; the audit keeps whose it is, and why (`listAudit`).
 */
export function openOperations({ call, give, giveByJob, queues, configurations }: OperationParts) {
  return {
    /** Stores a rule set (FlexMatch JSON text) as a new version, used from the next cycle on. */
    putRuleSet: (
      request: { readonly name: string; readonly body: string },
      options: CommandOptions = {},
    ): Promise<{ version: number; warnings: readonly { path: string; message: string }[] }> =>
      give(putRuleSet, request, options, checkRuleSet) as never,

    /** Deletes a rule set that no configuration names. Its versions stay on record. */
    deleteRuleSet: (name: string, options: CommandOptions = {}): Promise<{ version: number }> =>
      give(deleteRuleSet, { name }, options) as never,

    /** Stores a configuration as a new version. Its rule set must be there. */
    putConfiguration: (
      request: z.input<typeof configuration>,
      options: CommandOptions = {},
    ): Promise<{ version: number }> => give(putConfiguration, request, options) as never,

    /** Deletes a configuration in which no ticket searches. Its versions stay on record. */
    deleteConfiguration: (name: string, options: CommandOptions = {}): Promise<{ version: number }> =>
      give(deleteConfiguration, { name }, options) as never,

    /**
     * Pauses a configuration, from when this returns on: its tickets enter and time out, no match is formed, and
     * proposals made before go on. It stays so until it is resumed. Returns since when, ISO 8601.
     */
    async pauseConfiguration(name: string, options: CommandOptions = {}): Promise<PauseState> {
      const { pausedSince } = (await give(pauseConfiguration, { name }, options)) as { pausedSince: number };
      return { name, pausedSince: new Date(pausedSince).toISOString() };
    },

    /** Lets a paused configuration form matches again; its pools are due at once. */
    async resumeConfiguration(name: string, options: CommandOptions = {}): Promise<PauseState> {
      await give(resumeConfiguration, { name }, options);
      return { name };
    },

    /** Lets no worker take jobs of a queue, until it is resumed. Deploys and a new queue Redis keep it so. */
    pauseQueue: (name: QueueName, options: CommandOptions = {}): Promise<object> =>
      give(pauseQueue, { name }, options) as never,

    /**
     * Lets workers take jobs of a queue again. Of `maintenance`, which applies commands, at the call: the command follows, so
     * that the audit has it.
     */
    async resumeQueue(name: QueueName, options: CommandOptions = {}): Promise<object> {
      if (name === 'maintenance') await call(resumeQueue, options, () => queues.queues.maintenance.resume());
      return give(resumeQueue, { name }, options) as never;
    },

    /** Tries failed jobs of a queue again, with fresh attempts. Resolves to the ids of those that had failed. */
    retryJobs: (
      request: { readonly name: QueueName; readonly jobs: readonly string[] },
      options: CommandOptions = {},
    ): Promise<{ retried: readonly string[] }> => give(retryJobs, request, options) as never,

    /** Operators' commands with who asked, why, and what was decided, newest first. */
    listAudit: ({ since, until, ...request }: AuditRequest, options: CallOptions = {}): Promise<Decided[]> =>
      call(listAudit, options, async (calling) => {
        const item = parse(listAudit.item, {
          ...request,
          ...(since && { since: since.getTime() }),
          ...(until && { until: until.getTime() }),
        });
        return (await queues.ask(listAudit, item, calling)) as never;
      }),

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
      options: CommandOptions = {},
    ): Promise<{ matches: number; revision: number }> =>
      giveByJob(correctResult, ({ result }) => result.matchId, request, options) as never,

    /** Gives a ladder its settings, for matches rated from now on; what is not named is the default. */
    putLadder: (
      request: { readonly name: string; readonly settings: Partial<LadderSettings> },
      options: CommandOptions = {},
    ): Promise<LadderSettings> => giveByJob(putLadder, ({ name }) => name, request, options) as never,

    /**
     * Deletes a ladder that nothing uses, so that whoever rates on it again begins a new one. Refused for `default`, and while a
     * configuration names it, a match of it is live, a result of it waits or a player has a rating on it. Its chain stays on record.
     */
    deleteLadder: (name: string, options: CommandOptions = {}): Promise<{ ordinal: number }> =>
      giveByJob(deleteLadder, (item) => item.name, { name }, options) as never,

    /** Starts a ladder's next season, numbered from 1: a soft reset of every rating on it. */
    startSeason: (
      request: { readonly ladder: string; readonly season: number },
      options: CommandOptions = {},
    ): Promise<{ season: number }> =>
      giveByJob(resetSeason, ({ ladder }) => ladder, request, options) as never,
  };
}

function checkRuleSet({ body }: { readonly body: string }): void {
  const loaded = loadRuleSet(body);
  if (loaded.ok) return;
  const message = problemList(loaded.problems.map(problemLine)).join('\n');
  throw new RequestError('invalid-request', loaded.problems, { message });
}
