import type { z } from 'zod';
import type { configuration, InstalledConfiguration } from '../jobs/configuration/configuration.ts';
import type { QueueName } from '../jobs/contract.ts';
import type { RefusedEvent } from '../jobs/event/refused-event.ts';
import type { FailedWork } from '../jobs/failed-work.ts';
import type { LadderSettings } from '../jobs/ladder/ladder.ts';
import type { ReportedResult } from '../jobs/ladder/result.ts';
import type { SealedKey } from '../jobs/maintenance/api-keys.ts';
import type { describeSettings, SettingsPage, SettingsVerdict } from '../jobs/maintenance/change-settings.ts';
import type { DescribedLadder } from '../jobs/maintenance/describe-ladders.ts';
import type { Decided, KeptActivity, RecordCollection } from '../jobs/maintenance/jobs.ts';
import type { predictChances, RankedPlayer, topOfLadder } from '../jobs/maintenance/read-players.ts';
import type { Problem } from '../jobs/problem-list.ts';
import type { GivenRating } from '../jobs/rating-update/jobs.ts';
import type { CallOptions } from './call.ts';
import type { CommandOptions } from './commands/commands.ts';
import type { DescribedConfiguration } from './live/describe-configuration.ts';
import type { DescribedPlayer } from './live/describe-player.ts';
import type { DescribedPool } from './live/describe-pool.ts';
import type { LivePlayer } from './live/live-matches.ts';
import type { PoolState } from './live/pools.ts';
import type {
  AuditRequest,
  Imported,
  ImportRequest,
  PauseState,
  QueueState,
  RetryRequest,
  RollbackRequest,
  RolledBack,
} from './operator-requests.ts';
import type { SettingsChange } from './settings-change.ts';

type DescribeSettings = z.input<typeof describeSettings.item>;

/**
 * What operators ask of the fleet; none of it is open to players. See `MatchmakingClient` for what every call
 * throws.
 *
 * What changes rule sets, configurations, ladders, ratings or pauses is a command. It is signed by the key in
 * `operatorKey` (of the call, else of the client) and applied in order by a worker; the audit keeps whose key
 * it was, and why. A command throws `not-allowed` without a key; `refused` where the worker that applies it
 * says no, a key without the right included; `unavailable` when no worker applied it within 30 s, and then it
 * never will be; `pending` when the caller stopped waiting while it was being applied. Given again with the
 * same `commandId` it is applied once and gets its first answer.
 *
 * Reading from the record needs a worker of `maintenance`.
 */
export interface OperatorClient {
  /**
   * Stores a rule set (FlexMatch JSON, at most 65,535 characters) as a new version, used from the next cycle
   * on; the same body again is the same version.
   */
  putRuleSet(
    request: { readonly name: string; readonly body: string },
    options?: CommandOptions,
  ): Promise<{ readonly version: number; readonly warnings: readonly Problem[] }>;

  /** Deletes a rule set that no configuration names. Its versions stay on record. */
  deleteRuleSet(name: string, options?: CommandOptions): Promise<{ readonly version: number }>;

  /**
   * Puts an earlier version of a rule set as a new one, with every check of a put; tickets that wait keep
   * their age. Throws `not-found`.
   */
  rollbackRuleSet(request: RollbackRequest, options?: CommandOptions): Promise<RolledBack>;

  /** Stores a configuration as a new version. Its rule set must be there. */
  putConfiguration(
    request: z.input<typeof configuration>,
    options?: CommandOptions,
  ): Promise<{ readonly version: number }>;

  /** Deletes a configuration in which no ticket searches. Its versions stay on record. */
  deleteConfiguration(name: string, options?: CommandOptions): Promise<{ readonly version: number }>;

  /**
   * Puts an earlier version of a configuration's settings as a new one; which version of its rule set runs is
   * no part of them. Throws `not-found`.
   */
  rollbackConfiguration(request: RollbackRequest, options?: CommandOptions): Promise<RolledBack>;

  /**
   * From now on a configuration forms no match, until it is resumed: tickets enter and time out, and earlier
   * proposals go on.
   */
  pauseConfiguration(name: string, options?: CommandOptions): Promise<PauseState>;

  /** Lets a paused configuration form matches again; its pools are due at once. */
  resumeConfiguration(name: string, options?: CommandOptions): Promise<PauseState>;

  /** Lets no worker take jobs of a queue until it is resumed, across deploys and a new queue Redis. */
  pauseQueue(name: QueueName, options?: CommandOptions): Promise<object>;

  /**
   * Lets workers take jobs of a queue again. `maintenance` applies commands itself, so it goes on at once and
   * the command follows.
   */
  resumeQueue(name: QueueName, options?: CommandOptions): Promise<object>;

  /** Gives a ladder its settings, for matches rated from now on; what is not named is the default. */
  putLadder(
    request: { readonly name: string; readonly settings: Partial<LadderSettings> },
    options?: CommandOptions,
  ): Promise<LadderSettings>;

  /**
   * Deletes a ladder that nothing uses, so that whoever rates on it again begins a new one. Refused for
   * `default`, and while a configuration names it, a match of it is live, a result of it waits or a player
   * has a rating on it. Its chain stays on record.
   */
  deleteLadder(name: string, options?: CommandOptions): Promise<{ readonly ordinal: number }>;

  /**
   * Starts a ladder's next season, numbered from 1: a soft reset of every rating on it. Starting one that has
   * started changes nothing.
   */
  startSeason(
    request: { readonly ladder: string; readonly season: number },
    options?: CommandOptions,
  ): Promise<{ readonly season: number }>;

  /**
   * Replaces the result of a rated match; it and all that its ladder rated since (at most 10,000 matches) are
   * rated again.
   */
  correctResult(
    request: { readonly result: ReportedResult; readonly reason: string },
    options?: CommandOptions,
  ): Promise<{ readonly matches: number; readonly revision: number }>;

  /** Gives one player a rating on a ladder: `rating` as players see it, or `mu` and `sigma`. */
  setRating(
    request: GivenRating & { readonly ladder: string; readonly reason: string },
    options?: CommandOptions,
  ): Promise<{ readonly ordinal: number }>;

  /**
   * Gives a ladder's players the ratings they have elsewhere, a thousand to a command. Given again under the
   * same `importId`, with the same ratings in the same order, it goes on where it was broken off.
   */
  importRatings(request: ImportRequest, options?: CommandOptions): Promise<Imported>;

  /**
   * Erases a player: profile, ratings, sessions and tickets go, and a pseudonym stands for them in matches.
   * `reason` must not name them: it is kept. Resolves when it is done, at most after 100 s. `refused` while
   * they have a ticket or a live match.
   */
  erasePlayer(
    request: { readonly playerId: string; readonly reason: string },
    options?: CommandOptions,
  ): Promise<{ readonly pseudonym: string; readonly matches: number; readonly sessions: number }>;

  /**
   * Makes one change as GameLift's operations make it: create and nothing else, change some members, delete,
   * tag. What contradicts the settings that are there is answered as a `problem`; what does not fit a rule
   * set throws `refused`.
   */
  changeSettings(change: SettingsChange, options?: CallOptions): Promise<SettingsVerdict>;

  /**
   * Latest versions of rule sets or configurations with their bodies: those named, or a page of at most 10 by
   * name. Unknown names are left out.
   */
  describeSettings(request: DescribeSettings, options?: CallOptions): Promise<SettingsPage>;

  /** Operators' commands with who gave them, why, and what was decided, newest first. */
  listAudit(request: AuditRequest, options?: CallOptions): Promise<Decided[]>;

  /**
   * Documents as DocumentDB has them, at most 100, newest version first. Without an id, of rule sets,
   * configurations and ladders, all.
   */
  readRecord(
    collection: RecordCollection,
    id?: string,
    options?: CallOptions,
  ): Promise<Record<string, unknown>[]>;

  /** Configurations in force, by name. */
  listConfigurations(options?: CallOptions): Promise<InstalledConfiguration[]>;

  /** A configuration in force, with what waits in it and its last hour. Throws `not-found`. */
  describeConfiguration(name: string, options?: CallOptions): Promise<DescribedConfiguration>;

  /** The same of every configuration, by name. */
  describeConfigurationAll(options?: CallOptions): Promise<DescribedConfiguration[]>;

  /** Pools that hold tickets, of one configuration or of all, by configuration. */
  listPools(request: { readonly configuration?: string }, options?: CallOptions): Promise<PoolState[]>;

  /**
   * A pool with its oldest tickets (`most`, at most 100, default 10), and why the very oldest wait. Throws
   * `not-found`.
   */
  describePool(name: string, options?: CallOptions & { readonly most?: number }): Promise<DescribedPool>;

  /** Matches that are decided and not yet stored; at 50,000 no more are formed. */
  readOutboxLength(options?: CallOptions): Promise<number>;

  /**
   * What happened in a configuration from `since` on, in slots of five minutes, the oldest first; the last
   * ten minutes may be missing.
   */
  readActivity(
    request: { readonly configuration: string; readonly since: Date },
    options?: CallOptions,
  ): Promise<KeptActivity[]>;

  /**
   * A player with their live ticket and match, and what is on record of them. `changes`: how many of the last
   * changes of their rating come with it, of each of the first ten ladders by name: 1 to 50, default 10.
   * `undefined`: nobody has heard of them.
   */
  describePlayer(
    playerId: string,
    options?: CallOptions & { readonly changes?: number },
  ): Promise<DescribedPlayer | undefined>;

  /** A player's newest ticket and live match, without asking the record. `undefined`: neither is known. */
  findLivePlayer(playerId: string, options?: CallOptions): Promise<LivePlayer | undefined>;

  /**
   * Every ladder that is on record, that a configuration names or on which something waits; `default` always.
   * By name.
   */
  listLadders(options?: CallOptions): Promise<DescribedLadder[]>;

  /** The best of a ladder: `limit` players (at most 1,000, default 100) from rank `from` on (default 1). */
  readTopOfLadder(request: z.input<typeof topOfLadder.item>, options?: CallOptions): Promise<RankedPlayer[]>;

  /**
   * Each team's chance to win by its players' ratings now, in the order of the teams, summing to 1. Teams are
   * lists of player ids.
   */
  predictChances(
    request: z.input<typeof predictChances.item>,
    options?: CallOptions,
  ): Promise<readonly number[]>;

  /** Events that topics refused for good, newest first, at most a thousand. `at`: ISO 8601. */
  listRefusedEvents(options?: CallOptions): Promise<(RefusedEvent & { readonly at: string })[]>;

  /** A queue with its counts. The Redis user needs CLIENT LIST, as the operators' role has it. */
  describeQueue(name: QueueName, options?: CallOptions): Promise<QueueState>;

  /** Failed jobs of a queue, the newest first: at most 2,000 are kept, for a week. */
  listFailedJobs(name: QueueName, options?: CallOptions): Promise<FailedWork[]>;

  /** One job with the data that it carries. Throws `not-found`. */
  readFailedJob(
    name: QueueName,
    id: string,
    options?: CallOptions,
  ): Promise<FailedWork & { readonly data: unknown }>;

  /**
   * Tries failed jobs again with fresh attempts; `left`: how many failed ones stay as they are. Throws
   * `not-found` for an unknown id or group.
   */
  retryJobAll(
    name: QueueName,
    request: RetryRequest,
    options?: CommandOptions,
  ): Promise<{ readonly retried: string[]; readonly left: number }>;

  /** Stores the next generation of a key of the HTTP API, sealed; a worker opens its seal first. */
  putApiKey(
    key: SealedKey,
    options?: CallOptions,
  ): Promise<{ readonly name: string; readonly generation: number }>;

  /** Every key on record in its newest generation; the worker writes the copies on Redis from them too. */
  readApiKeys(options?: CallOptions): Promise<SealedKey[]>;

  /**
   * The copies of keys on Redis, and which run of which server they are on: a store that another run began
   * may have gone back.
   */
  readApiKeyCopies(options?: CallOptions): Promise<{ readonly keys: SealedKey[]; readonly run: string }>;
}
