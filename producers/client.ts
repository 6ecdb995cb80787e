import { type Actor, mayAsk } from '../jobs/contract.ts';
import { openAdmission } from './admission.ts';
import { openApiKeys } from './api-keys.ts';
import { openBackfill } from './backfill.ts';
import { openBatches } from './batches.ts';
import { openCalls } from './call.ts';
import { clientOptions } from './client-options.ts';
import { openCommands, openJobCommands } from './commands.ts';
import { openConfigurations } from './configurations.ts';
import { connect } from './connection.ts';
import { openDescribing } from './describe-tickets.ts';
import { type EventsRequest, readEvents, type StreamItem } from './events.ts';
import { closed, openGate, type WhenAway } from './gate.ts';
import { openGivenRatings } from './given-ratings.ts';
import { openHistory } from './history.ts';
import { openActivity } from './live/activity.ts';
import { openLive } from './live/live.ts';
import { openMatchmaking } from './matchmaking.ts';
import { openNotices } from './notices.ts';
import { openOperations } from './operations.ts';
import { openSigning } from './operator-signature.ts';
import { parse } from './parse.ts';
import { openQueues } from './queues.ts';
import { openRecentEvents } from './recent-events.ts';
import { openRedisTime } from './redis-time.ts';
import { at, RequestError } from './request-error.ts';
import { openResults } from './results.ts';
import { openRollback } from './rollback.ts';
import { secretOr } from './secrets.ts';
import { openSessions } from './sessions.ts';
import { openSettings } from './settings.ts';
import { openStarting } from './starting.ts';
import { openTickets } from './tickets.ts';
import { openWake, openWakeLadders } from './wake.ts';

export interface ClientOptions {
  /** `redis://` or `rediss://` URL of the queue Redis, or the ARN of the Secrets Manager secret that holds it. */
  readonly redisUrl: string;
  /** Region or title the fleet serves. Default `main`. */
  readonly domain?: string;
  /** Who asks when a call names no actor. Default: a service called `client`. */
  readonly actor?: Actor;
  /**
   * The key, name~secret, that signs operators' commands: what changes rule sets, configurations, ladders and queues. Default: none,
   * and such calls throw `not-allowed`.
   */
  readonly operatorKey?: string;
  /** Why operators' commands are given that say nothing of it themselves. Default: not said. */
  readonly reason?: string;
  /**
   * The X-Ray header of the caller's current trace, so that the jobs it adds belong to it. Without one each job begins a
   * trace, and the worker that takes it decides whether it is recorded.
   */
  readonly trace?: () => string | undefined;
  /**
   * What calls do while Redis is away: `fail` at once, since nothing was promised, or `wait` for it. Default: `fail`.
   */
  readonly whenAway?: 'fail' | 'wait';
  /** How long (ms) a call waits then, opening the client included, before it throws `unavailable`. Default: 30,000. */
  readonly waitMs?: number;
  /** How many calls wait at once; more are refused. Default: 10,000. */
  readonly maxWaiting?: number;
  /**
   * How many calls may be under way at once, an item of a call with many counting as one; more new work is refused: Redis takes
   * less than is asked of it. Default: 20,000.
   */
  readonly maxUnderWay?: number;
  /** Share of its memory from which the queue Redis takes no new work of ours. Default: 0.75. */
  readonly memoryLimit?: number;
  /** What events say they come from. */
  readonly origin?: { readonly account: string; readonly region: string };
  /**
   * Told, from 1.5 s of waiting on, why a call that needs a worker waits: a paused queue, no worker, a record that does not answer.
   * Default: ignored; the call itself says so when it gives up.
   */
  readonly onWait?: (why: string) => void;
  /** Connection errors in the background; calls report their own. Default: ignored. */
  readonly onError?: (error: Error) => void;
}

export type MatchmakingClient = Awaited<ReturnType<typeof openClient>>;

/**
 * The client upstream services use. Each call checks its input before anything is queued and throws a RequestError that
 * names the field; when it returns, what it promises has been acknowledged by the queue Redis. Concurrent calls share
 * jobs: start a thousand tickets with `Promise.all` and a handful of jobs carry them.
 *
 * Opening throws `invalid-request` for a missing, unknown or bad option, by name, and `unavailable` with the address of the queue
 * Redis and the cause when it cannot be used.
 */
export async function openClient(options: ClientOptions) {
  const {
    redisUrl,
    domain,
    actor: self,
    origin,
    trace,
    onError,
    onWait,
    reason,
    operatorKey,
    ...rest
  } = parse(clientOptions, options ?? {});
  const { whenAway, waitMs, maxWaiting, maxUnderWay, memoryLimit } = rest;
  const away: WhenAway =
    whenAway === 'wait' ? { kind: 'wait', ms: waitMs, most: maxWaiting } : { kind: 'fail' };
  const connection = await connect(await secretOr('redisUrl', redisUrl), away, onError);
  const { redis } = connection;
  const queues = openQueues(redis, domain, trace, onError, onWait);
  const configurations = openConfigurations(redis, domain);
  const closing = new AbortController();
  const call = openCalls(self, openGate(connection, away, closing.signal), connection.whyAway);
  const activity = openActivity(redis, domain);
  const sign = openSigning({ domain, operatorKey, reason });
  const give = openCommands({ redis, domain, call, queues, onError, sign });
  const giveByJob = openJobCommands({ call, queues, sign });
  const operations = openOperations({ call, give, giveByJob, queues, configurations });
  const admit = openAdmission(redis, memoryLimit, maxUnderWay);
  const parts = {
    call,
    admit,
    starting: openStarting({ call, admit, configurations, queues, whyAway: connection.whyAway }),
    activity,
    addItem: openBatches(queues),
    tickets: openTickets(redis, domain),
    configurations,
    give,
    queues,
    wake: openWake(queues, onError),
    wakeLadders: openWakeLadders(queues, onError),
  };

  return {
    ...openSessions({ ...parts, redisTime: openRedisTime(redis) }),
    ...openMatchmaking(parts),
    ...openDescribing(parts),
    ...openBackfill(parts),
    ...openResults(parts),
    ...operations,
    ...openGivenRatings({ call, giveByJob }),
    ...openRollback(parts),
    ...openSettings({ call, queues, give }),
    ...openApiKeys({ call, redis, domain, queues }),
    ...openLive({ ...parts, redis, domain, readRecord: operations.readRecord }),
    ...openNotices({ call, redis, domain, origin, readRecord: operations.readRecord }),

    ...openHistory(parts),
    ...openRecentEvents(call, redis, domain),

    /** Lifecycle events of every ticket, in order per ticket, until the signal is aborted or the client closed: services only. */
    events(read: EventsRequest = {}): AsyncGenerator<StreamItem> {
      const { actor = self, ...where } = read;
      if (closing.signal.aborted) throw closed();
      if (!mayAsk({ askedBy: 'services' }, actor))
        throw new RequestError('not-allowed', at('actor', "a player may not read everybody's events"));
      const signal = AbortSignal.any([closing.signal, ...(read.signal ? [read.signal] : [])]);
      return readEvents(redis, domain, { ...where, signal, origin, onError });
    },

    /** BullMQ queues, for operators. */
    queues: queues.queues,

    /** Closes every connection: readers of events end, and calls are refused, those that wait for Redis too. */
    async [Symbol.asyncDispose](): Promise<void> {
      closing.abort();
      await queues.close();
      redis.disconnect();
    },
  };
}
