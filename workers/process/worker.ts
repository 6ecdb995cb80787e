import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { catalogue, queues as queueSettings } from '../../jobs/catalogue.ts';
import { redisTrouble } from '../../jobs/connection-trouble.ts';
import type { QueueName } from '../../jobs/contract.ts';
import { servedKey } from '../../jobs/keys.ts';
import { keyForm } from '../../jobs/maintenance/api-keys.ts';
import { applyWaiting } from '../maintenance/apply-commands.ts';
import { openTopics } from '../maintenance/topics.ts';
import { beat } from '../matchmaking/beat.ts';
import { topicFollower } from '../pool/followers.ts';
import type { Pool } from '../pool/pool.ts';
import { answers } from '../records/database.ts';
import { openQueues, type Queues } from '../runtime/enqueue.ts';
import type { DutySettings } from '../runtime/handler.ts';
import { lockTimes, shortenLocks } from '../runtime/locks.ts';
import { repeat } from '../runtime/repeat.ts';
import { type Running, type RunOptions, runQueue } from '../runtime/run.ts';
import { scheduleUpkeep } from '../runtime/schedule.ts';
import { wakeDueLadders } from '../runtime/wake-ladder.ts';
import type { WebhookOptions } from '../session-creation/webhook.ts';
import { startHealth } from '../telemetry/health.ts';
import { type Log, openOutput } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import type { WorkerConfig } from './config.ts';
import { openDuties } from './duties.ts';
import { firstWrites } from './first-writes.ts';
import { openLog, openMetrics, openSink, openTracer } from './open-telemetry.ts';
import { reachDatabase, reachRedis } from './reach.ts';
import { addressOf, openCacheRedis, openRedis } from './redis.ts';
import { openStores, type Stores } from './stores.ts';
import { createTaskProtection } from './task-protection.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A worker process at work. */
export interface FleetWorker {
  readonly healthPort: number;
  /** Stops taking jobs, lets those running end within the grace period, hands the rest back, and closes everything. */
  readonly stop: () => Promise<void>;
}

const beatMs = 1_000;
const backlogMs = 5_000;
const protectionMs = 1_000;
/** After the grace period (ms): handing back, closing connections, sending the last metrics. */
const closingMs = 8_000;

/**
 * Starts a worker: connections, checks, stores, then the queues it serves. `env` has the keys of placement webhooks.
 * Everything opened is closed again when a step fails.
 */
export async function startWorker(config: WorkerConfig, env: Environment): Promise<FleetWorker> {
  await using opened = new AsyncDisposableStack();
  const name = `${hostname()}-${process.pid}`;
  const tracer = await openTracer(config, opened, (message) => log.warn({ message }, 'tracing'));
  const output = openOutput();
  const log = openLog(config, name, output, tracer);
  const onError = (where: string) => (error: Error) => log.warn({ where, err: error }, 'connection error');

  await reachRedis(config, (message) => log.warn({ message }, 'session cache away'));
  const queueRedis = opened.adopt(
    openRedis(config.QUEUE_REDIS_URL, toldOfRedis(log, 'queue Redis', config.QUEUE_REDIS_URL)),
    (it) => it.disconnect(),
  );
  const cacheRedis = opened.adopt(
    openCacheRedis(config.CACHE_REDIS_URL, toldOfRedis(log, 'session cache', config.CACHE_REDIS_URL)),
    (it) => it.disconnect(),
  );
  const database = await reachDatabase(config.DOCUMENTDB_URI, config.DOCUMENTDB_DATABASE);
  opened.defer(database.close);

  const metrics = openMetrics(config, openSink(config, output, tracer, log), log);
  opened.defer(() => metrics.close());
  const queues = openQueues(queueRedis, config.DOMAIN, tracer, onError('queue'));
  opened.defer(queues.close);
  const stores = openStores(
    queueRedis,
    cacheRedis,
    database,
    config.DOMAIN,
    tracer,
    toldOfCache(log),
    { ...placementSettings(config, env), onAnswer: placementObserver(metrics, tracer, log) },
    {
      readableMs: endedTickets(config).readableMs,
      sessionDays: config.SESSION_RECORD_DAYS,
      keysSecret: config.API_KEYS_SECRET,
    },
  );
  const begin = () => beginWith(config, stores, queues, queueRedis);
  opened.defer(await firstWrites(begin, onError('first writes')));

  const running = new Map<QueueName, Running>();
  const backlog = new Map<QueueName, number>();
  const health = await startHealth({
    host: config.HEALTH_HOST,
    port: config.HEALTH_PORT,
    stuckAfterMs: config.STUCK_MS,
    expose: metrics.expose,
    progress: () => progressOf(running, backlog),
  });
  opened.use(health);

  const topics = opened.adopt(openTopics(config.AWS_ENDPOINT_URL, tracer), (it) => it.close());
  const settings = dutySettings(config);
  const tools = { queues, metrics, log, settings };
  for (const queue of config.QUEUES)
    running.set(
      queue,
      runQueue({
        redis: queueRedis,
        domain: config.DOMAIN,
        queue: queues.queues[queue],
        duties: openDuties(queue, { ...stores, topics }, tools),
        concurrency: queueSettings[queue].concurrency,
        name,
        tracer,
        log,
        onEnd: endObserver(metrics, log, queue),
        onFailed: () => metrics.observe('JobsFailed', 1, { service: queue }),
        recordAnswers: () => answers(database),
        onLoginRefused: () => {
          health.giveUp('DocumentDB refuses the login this process was started with');
          log.error({ queue }, 'login refused by DocumentDB: this process waits to be replaced');
        },
      }),
    );
  opened.defer(async () => {
    await Promise.all([...running.values()].map((it) => it.stop(config.GRACE_MS)));
  });
  const locks = () =>
    Promise.all(config.QUEUES.map((it) => shortenLocks(queueRedis, queues.queues[it]))).then(() => undefined);
  opened.defer(repeat(lockTimes.stalledInterval, locks, onError('locks')));
  opened.defer(repeat(backlogMs, () => readBacklog(queues, running, backlog), onError('backlog')));
  if (config.ECS_AGENT_URI) {
    const protect = createTaskProtection({
      agentUri: config.ECS_AGENT_URI,
      busySince: () => earliest([...running.values()].map((it) => it.busySince())),
      log,
    });
    opened.defer(repeat(protectionMs, () => protect(Date.now()), onError('task protection')));
  }
  for (const [what, work] of beats(config.QUEUES, stores.pool, queues))
    opened.defer(repeat(beatMs, work, onError(what)));

  health.ready();
  log.info({ queues: config.QUEUES, kinds: catalogue.length, healthPort: health.port }, 'worker started');

  const everything = opened.move();
  return {
    healthPort: health.port,
    async stop() {
      health.draining();
      log.info('worker stopping');
      // With Redis away nothing can be handed back: what is left then is for the stalled check of others.
      const late = sleep(config.GRACE_MS + closingMs, 'late', { ref: false });
      if ((await Promise.race([everything.disposeAsync(), late])) === 'late')
        log.error('worker did not stop in time; its jobs resume elsewhere');
    },
  };
}

/**
 * The queue Redis may be new and have no settings, and the fleet no key. The topic that hears the whole fleet's events misses none
 * from here on.
 */
async function beginWith(
  { DOMAIN, QUEUES, EVENT_TOPIC_ARN: fleetTopic, OPERATOR_KEY: first, REPORT_SLOT_MS }: WorkerConfig,
  stores: Stores,
  queues: Queues,
  redis: Redis,
): Promise<void> {
  const [, name, secret] = keyForm.exec(first ?? '') ?? [];
  if (name && secret) await stores.operatorKeys.makeFirst(name, secret);
  if (fleetTopic !== undefined) await stores.pool.beginFollowing('events', topicFollower(fleetTopic));
  await applyWaiting(stores);
  if (QUEUES.includes('maintenance')) await scheduleUpkeep(queues, REPORT_SLOT_MS);
  // The sign by which the command line knows a domain that is served from one that nobody has ever served.
  await redis.set(servedKey(DOMAIN), Date.now());
}

/** What a worker of these queues does once a second. Ladders are woken also while no worker rates any. */
const beats = (working: WorkerConfig['QUEUES'], pool: Pool, queues: Queues) =>
  [
    ...(working.includes('matchmaking') ? [['beat', () => beat(pool, queues)] as const] : []),
    ...(working.some((it) => it === 'matchmaking' || it === 'rating-update')
      ? [['wake ladders', () => wakeDueLadders(pool, queues)] as const]
      : []),
  ] as const;

const dutySettings = (config: WorkerConfig): DutySettings => ({
  reportSlotMs: config.REPORT_SLOT_MS,
  matchTtlMs: config.MATCH_TTL_MINUTES * 60_000,
  fleetTopic: config.EVENT_TOPIC_ARN,
  retention: {
    retentionMs: config.EVENT_RETENTION_HOURS * 3_600_000,
    mostBytes: config.EVENT_RETENTION_MIB * 1024 * 1024,
  },
  ended: endedTickets(config),
});

function toldOfRedis(log: Log, where: string, url: string) {
  const address = addressOf(url);
  return (err: Error) =>
    log.warn(
      { where, address: address.shown, cause: redisTrouble(err, address).cause, err },
      'connection error',
    );
}

const toldOfCache = (log: Log) => (err: unknown) =>
  log.warn({ err }, 'session cache away: its reads miss and its writes are lost');

const progressOf = (running: ReadonlyMap<QueueName, Running>, backlog: ReadonlyMap<QueueName, number>) =>
  [...running].map(([queue, it]) => ({
    queue,
    backlog: backlog.get(queue) ?? 0,
    lastProgressAt: it.lastProgressAt(),
  }));

const placementSettings = (config: WorkerConfig, env: Environment) => ({
  hosts: config.PLACEMENT_HOSTS,
  secretOf: (name: string) => env[name],
  origin: { account: config.AWS_ACCOUNT_ID, region: config.AWS_REGION },
});

const endedTickets = (config: WorkerConfig) => ({
  days: config.TICKET_RECORD_DAYS,
  auditDays: config.AUDIT_DAYS,
  readableMs: config.TICKET_READABLE_MINUTES * 60_000,
});

const endObserver =
  ({ observe }: Metrics, log: Log, queue: QueueName): RunOptions['onEnd'] =>
  (kind, outcome, ms) => {
    observe('JobDuration', ms, { service: queue });
    if (outcome === 'done' || outcome === 'refused') observe('JobsEnded', 1, { service: queue });
    log.debug({ queue, kind, outcome, ms: Math.round(ms) }, 'job ended');
  };

/** Tells metrics, trace and log what placement webhooks say; what they are asked stays out of both. */
const placementObserver =
  (metrics: Metrics, tracer: Tracer, log: Log): WebhookOptions['onAnswer'] =>
  (configuration, answer, ms) => {
    const of = { service: 'session-creation', configuration } as const;
    metrics.observe('PlacementLatency', ms, of);
    if (answer.kind === 'placed') return;
    metrics.observe('PlacementsFailed', 1, of);
    tracer.mark(answer.kind === 'refused' ? 'error' : 'fault');
    log.warn({ configuration, answer: answer.kind, detail: answer.detail }, 'match not placed');
  };

/** Jobs waiting on the queues this worker serves; a queue that an operator paused is not waited on. */
async function readBacklog(
  { queues }: Queues,
  running: ReadonlyMap<QueueName, Running>,
  backlog: Map<QueueName, number>,
): Promise<void> {
  for (const name of running.keys()) {
    const [waiting, paused] = await Promise.all([queues[name].getWaitingCount(), queues[name].isPaused()]);
    backlog.set(name, paused ? 0 : waiting);
  }
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((it) => it !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
