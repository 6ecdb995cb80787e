import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Actor } from '../jobs/contract.ts';
import {
  putConfiguration,
  putRuleSet,
  type RecordCollection,
  readRecord,
} from '../jobs/maintenance/maintenance.ts';
import type { AcceptMatch } from '../jobs/matchmaking/accept-match.ts';
import type { configuration, InstalledConfiguration } from '../jobs/matchmaking/configuration.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import { loadRuleSet } from '../jobs/matchmaking/rule-set/load.ts';
import type { StartRequest } from '../jobs/matchmaking/start-request.ts';
import { type CorrectResult, correctResult } from '../jobs/rating-update/correct-result.ts';
import type { LadderSettings } from '../jobs/rating-update/ladder.ts';
import { putLadder } from '../jobs/rating-update/put-ladder.ts';
import { resetSeason } from '../jobs/rating-update/reset-season.ts';
import type { MatchResult } from '../jobs/rating-update/result.ts';
import { updateRatings } from '../jobs/rating-update/update-ratings.ts';
import { createSession } from '../jobs/session-creation/create-session.ts';
import { endSession } from '../jobs/session-creation/end-session.ts';
import { type PlayerLeft, playerLeft } from '../jobs/session-creation/player-left.ts';
import { readSession } from '../jobs/session-creation/read-session.ts';
import type { CachedSession } from '../jobs/session-creation/session.ts';
import { formatTraceHeader, newTraceId } from '../jobs/trace-header.ts';
import { openBatches } from './batches.ts';
import { openConfigurations } from './configurations.ts';
import { connect, reaching } from './connection.ts';
import { readEvents, type StreamItem } from './events.ts';
import { openMatchmaking } from './matchmaking.ts';
import { parse } from './parse.ts';
import { openQueues } from './queues.ts';
import { RequestError } from './request-error.ts';
import { openTickets } from './tickets.ts';

export interface ClientOptions {
  /** `redis://` or `rediss://` URL of the queue Redis. */
  readonly redisUrl: string;
  /** Region or title the fleet serves. Default `main`. */
  readonly domain?: string;
  /** Who asks when a call names no actor. Default: a service called `client`. */
  readonly actor?: Actor;
  /**
   * The X-Ray header of the caller's current trace, so that the jobs it adds belong to it. Without one each job begins a
   * trace, and the worker that takes it decides whether it is recorded.
   */
  readonly trace?: () => string | undefined;
  /** What events say they come from. */
  readonly origin?: { readonly account: string; readonly region: string };
  /** Connection errors in the background; calls report their own. Default: ignored. */
  readonly onError?: (error: Error) => void;
}

/** The actor of one call: a player may act only for themselves and for tickets they are in. */
export interface CallOptions {
  readonly actor?: Actor;
}

export interface SessionRequest {
  readonly playerId: string;
  readonly sessionId?: string;
}

export type MatchmakingClient = Awaited<ReturnType<typeof openClient>>;

/**
 * The client upstream services use. Each call checks its input before anything is queued and throws a RequestError that
 * names the field; when it returns, what it promises has been acknowledged by the queue Redis. Concurrent calls share
 * jobs: start a thousand tickets with `Promise.all` and a handful of jobs carry them.
 */
export async function openClient(options: ClientOptions) {
  const { domain = 'main', actor: self = { kind: 'service', name: 'client' } } = options;
  const onError = options.onError ?? (() => undefined);
  const origin = options.origin ?? { account: '000000000000', region: 'us-east-1' };
  const redis = await connect(options.redisUrl, onError);
  const queues = openQueues(redis, domain, () => options.trace?.() ?? newTrace(), onError);
  const configurations = openConfigurations(redis, domain);
  const matchmaking = openMatchmaking({ tickets: openTickets(redis, domain), configurations, queues });

  const addItem = openBatches(queues);

  const createOne = async (request: SessionRequest, actor: Actor): Promise<{ sessionId: string }> => {
    const item = parse(createSession.item, { sessionId: randomUUID(), ...request, requestedAt: Date.now() });
    if (actor.kind === 'player' && actor.playerId !== item.playerId)
      throw new RequestError('not-allowed', 'playerId: a player may create sessions only for themselves');
    await addItem(createSession, item, actor);
    return { sessionId: item.sessionId };
  };
  const reportOne = async (result: MatchResult, actor: Actor): Promise<{ jobId: string }> => {
    if (actor.kind === 'player')
      throw new RequestError('not-allowed', 'a player may not report match results');
    return { jobId: await addItem(updateRatings, parse(updateRatings.item, result), actor) };
  };

  return {
    /** Gives a player a session; returns its id at once, the session follows. Without a `sessionId` a UUID is made. */
    createSession: (request: SessionRequest, { actor = self }: CallOptions = {}) => createOne(request, actor),

    /** Creates many sessions; each succeeds or fails alone, in the order given. */
    createSessions: (requests: readonly SessionRequest[], { actor = self }: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => createOne(request, actor))),

    /** Ends a session; its player leaves the match they are in. A player ends only their own. */
    async endSession(sessionId: string, { actor = self }: CallOptions = {}): Promise<void> {
      await addItem(endSession, parse(endSession.item, { sessionId }), actor);
    },

    /** Says that a player left a match that goes on: they can be matched again, and its result still rates them. */
    async playerLeft(request: PlayerLeft, { actor = self }: CallOptions = {}): Promise<void> {
      const item = parse(playerLeft.item, request);
      if (actor.kind === 'player' && actor.playerId !== item.playerId)
        throw new RequestError('not-allowed', 'playerId: a player may leave only for themselves');
      await addItem(playerLeft, item, actor);
    },

    /** A session as it is now; `undefined` when there is none. */
    async describeSession(sessionId: string): Promise<CachedSession | undefined> {
      const item = parse(readSession.item, { sessionId });
      return ((await reaching(() => queues.ask(readSession, item, self))) ?? undefined) as never;
    },

    /** Starts matchmaking: when this returns the ticket exists and will reach exactly one terminal status. */
    startMatchmaking: (request: StartRequest, { actor = self }: CallOptions = {}) =>
      reaching(() => matchmaking.start(request, actor)),

    /** Starts many tickets; each succeeds or fails alone, in the order given. */
    startMatchmakingAll: (requests: readonly StartRequest[], { actor = self }: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => reaching(() => matchmaking.start(request, actor)))),

    /** Asks to cancel a ticket; from PLACING on it is too late. */
    stopMatchmaking: (ticketId: string, { actor = self }: CallOptions = {}): Promise<void> =>
      reaching(() => matchmaking.stop(ticketId, actor)),

    /** Answers a proposal (ticket status REQUIRES_ACCEPTANCE) for players of a ticket; the first answer of each stands. */
    acceptMatch: (request: AcceptMatch, { actor = self }: CallOptions = {}): Promise<void> =>
      reaching(() => matchmaking.accept(request, actor)),

    /** Tickets by id (at most 100), unknown ones left out. A player sees only tickets they are in. */
    describeMatchmaking: (
      ticketIds: readonly string[],
      { actor = self }: CallOptions = {},
    ): Promise<DescribedTicket[]> => reaching(() => matchmaking.describe(ticketIds, actor)),

    /** Reports a match's result: services only. It is rated once, however often it is reported. */
    reportMatchResult: (result: MatchResult, { actor = self }: CallOptions = {}) => reportOne(result, actor),

    /** Reports many results; each succeeds or fails alone, in the order given. */
    reportMatchResults: (results: readonly MatchResult[], { actor = self }: CallOptions = {}) =>
      Promise.allSettled(results.map((result) => reportOne(result, actor))),

    /** Replaces the result of a rated match; that match and all its ladder rated since are rated again. */
    async correctResult(request: CorrectResult): Promise<{ matches: number; revision: number }> {
      const item = parse(correctResult.item, request);
      return (await reaching(() => queues.ask(correctResult, item, self))) as never;
    },

    /** Gives a ladder its settings, for matches rated from now on; what is not named is the default. */
    async putLadder(request: {
      readonly name: string;
      readonly settings: Partial<LadderSettings>;
    }): Promise<LadderSettings> {
      const item = parse(putLadder.item, request);
      return (await reaching(() => queues.ask(putLadder, item, self))) as never;
    },

    /** Starts a ladder's next season, numbered from 1: a soft reset of every rating on it. */
    async startSeason(request: {
      readonly ladder: string;
      readonly season: number;
    }): Promise<{ season: number }> {
      const item = parse(resetSeason.item, request);
      return (await reaching(() => queues.ask(resetSeason, item, self))) as never;
    },

    /** Lifecycle events of every ticket, in order per ticket, until the signal is aborted. */
    events: (
      read: { readonly from?: number; readonly signal?: AbortSignal } = {},
    ): AsyncGenerator<StreamItem> => readEvents(redis, domain, { ...read, origin, onError }),

    /** Stores a rule set (FlexMatch JSON text) as a new version, used from the next cycle on. */
    async putRuleSet(request: {
      readonly name: string;
      readonly body: string;
    }): Promise<{ version: number; warnings: readonly { path: string; message: string }[] }> {
      const item = parse(putRuleSet.item, request);
      const loaded = loadRuleSet(item.body);
      if (!loaded.ok)
        throw new RequestError(
          'invalid-request',
          loaded.problems.map((it) => `${it.path}: ${it.message}`).join('\n'),
        );
      return (await reaching(() => queues.ask(putRuleSet, item, self))) as never;
    },

    /** Stores a configuration as a new version. Its rule set must be there. */
    async putConfiguration(request: z.input<typeof configuration>): Promise<{ version: number }> {
      const item = parse(putConfiguration.item, request);
      return (await reaching(() => queues.ask(putConfiguration, item, self))) as never;
    },

    listConfigurations: (): Promise<InstalledConfiguration[]> => reaching(() => configurations.list()),

    /** Documents a worker reads from DocumentDB, at most 100; without an id, for rule sets and configurations, all. */
    async readRecord(collection: RecordCollection, id?: string): Promise<Record<string, unknown>[]> {
      const item = parse(readRecord.item, { collection, ...(id !== undefined && { id }) });
      return (await reaching(() => queues.ask(readRecord, item, self))) as never;
    },

    /** BullMQ queues, for operators. */
    queues: queues.queues,

    async [Symbol.asyncDispose](): Promise<void> {
      await queues.close();
      redis.disconnect();
    },
  };
}

const newTrace = (): string =>
  formatTraceHeader({ root: newTraceId(Date.now(), randomBytes(12).toString('hex')) });
