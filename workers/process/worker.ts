import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../../jobs/catalogue.ts';
import { openTopics } from '../maintenance/topics.ts';
import { beat } from '../matchmaking/beat.ts';
import type { Pool } from '../pool/pool.ts';
import { openQueues, type Queues } from '../runtime/enqueue.ts';
import { repeat } from '../runtime/repeat.ts';
import { wakeDueLadders } from '../runtime/wake-ladder.ts';
import { type Health, startHealth } from '../telemetry/health.ts';
import type { Log } from '../telemetry/log.ts';
import type { WorkerConfig } from './config.ts';
import { connect } from './connect.ts';
import { openDuties } from './duties.ts';
import { beginWith, firstWrites } from './first-writes.ts';
import { placementObserver } from './observers.ts';
import { openMetrics, openSink, openTelemetry } from './open-telemetry.ts';
import { openServedQueues } from './served-queues.ts';
import { dutySettings, type Environment, placementSettings, readableMs } from './settings.ts';
import { openStores } from './stores.ts';
import { createTaskProtection } from './task-protection.ts';

/** A worker process at work. */
export interface FleetWorker {
  readonly healthPort: number;
  /**
   * Stops taking jobs, lets those running end within the grace period, hands the rest back, and closes
   * everything.
   */
  readonly stop: () => Promise<void>;
}

const beatMs = 1_000;
const protectionMs = 1_000;
/** After the grace period (ms): handing back, closing connections, sending the last metrics. */
const closingMs = 8_000;

/**
 * Starts a worker: connections, checks, stores, then the queues it serves. `env` has the keys of placement
 * webhooks. Everything opened is closed again when a step fails.
 */
export async function startWorker(config: WorkerConfig, env: Environment): Promise<FleetWorker> {
  await using opened = new AsyncDisposableStack();
  const name = `${hostname()}-${process.pid}`;
  const { output, tracer, log } = await openTelemetry(config, name, opened);
  const onError = (where: string) => (error: Error) => log.warn({ where, err: error }, 'connection error');
  const { queueRedis, cacheRedis, database } = await connect(config, opened, log);
  const metrics = openMetrics(config, openSink(config, output, tracer, log), log);
  opened.defer(() => metrics.close());
  const queues = openQueues(queueRedis, config.DOMAIN, tracer, onError('queue'));
  opened.defer(queues.close);
  const stores = openStores({
    ...{ queueRedis, cacheRedis, database, tracer, domain: config.DOMAIN },
    onCacheAway: (err) => log.warn({ err }, 'session cache away: its reads miss and its writes are lost'),
    placement: { ...placementSettings(config, env), onAnswer: placementObserver(metrics, tracer, log) },
    readableMs: readableMs(config),
    sessionDays: config.SESSION_RECORD_DAYS,
    keysSecret: config.API_KEYS_SECRET,
  });
  const begin = () => beginWith(config, stores, queues, queueRedis);
  opened.defer(await firstWrites(begin, onError('first writes')));

  const served = openServedQueues({
    config,
    name,
    redis: queueRedis,
    database,
    queues,
    tracer,
    metrics,
    log,
    onError,
  });
  const health = await startHealth({
    host: config.HEALTH_HOST,
    port: config.HEALTH_PORT,
    stuckAfterMs: config.STUCK_MS,
    expose: metrics.expose,
    progress: served.progress,
  });
  opened.use(health);

  const topics = opened.adopt(openTopics(config.AWS_ENDPOINT_URL, tracer), (it) => it.close());
  const tools = { queues, metrics, log, settings: dutySettings(config) };
  served.start((queue) => openDuties(queue, { ...stores, topics }, tools), health, opened);
  if (config.ECS_AGENT_URI) {
    const protect = createTaskProtection({
      agentUri: config.ECS_AGENT_URI,
      busySince: served.busySince,
      log,
    });
    opened.defer(repeat(protectionMs, () => protect(Date.now()), onError('task protection')));
  }
  for (const [what, work] of beats(config.QUEUES, stores.pool, queues))
    opened.defer(repeat(beatMs, work, onError(what)));

  health.ready();
  log.info({ queues: config.QUEUES, kinds: catalogue.length, healthPort: health.port }, 'worker started');
  const everything = opened.move();
  return { healthPort: health.port, stop: () => stop(everything, config.GRACE_MS, health, log) };
}

async function stop(
  everything: AsyncDisposableStack,
  graceMs: number,
  health: Health,
  log: Log,
): Promise<void> {
  health.draining();
  log.info('worker stopping');
  // With Redis away nothing can be handed back: what is left then is for the stalled check of others.
  const late = sleep(graceMs + closingMs, 'late', { ref: false });
  if ((await Promise.race([everything.disposeAsync(), late])) === 'late')
    log.error('worker did not stop in time; its jobs resume elsewhere');
}
/** What a worker of these queues does once a second. Ladders are woken also while no worker rates any. */
const beats = (working: WorkerConfig['QUEUES'], pool: Pool, queues: Queues) =>
  [
    ...(working.includes('matchmaking') ? [['beat', () => beat(pool, queues)] as const] : []),
    ...(working.some((it) => it === 'matchmaking' || it === 'rating-update')
      ? [['wake ladders', () => wakeDueLadders(pool, queues)] as const]
      : []),
  ] as const;
