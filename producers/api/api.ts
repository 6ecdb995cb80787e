import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Health, startHealth } from '../../workers/telemetry/health.ts';
import { createLog, type Log, openOutput } from '../../workers/telemetry/log.ts';
import { openTracer } from '../../workers/telemetry/open-tracer.ts';
import { openClient } from '../client.ts';
import { createIdentity } from '../identity/identity.ts';
import { openKeyRing } from '../keys/key-ring.ts';
import type { ApiConfig } from './config.ts';
import { openCrowd } from './crowd.ts';
import { serveGameLift } from './gamelift/face.ts';
import { createHttpServer } from './http-server.ts';
import { createMeasures } from './measures.ts';
import { openRateLimit } from './rate-limit.ts';
import { serveRest } from './rest/face.ts';
import { openServing } from './serving.ts';

/** An API process at work. */
export interface Api {
  readonly port: number;
  readonly healthPort: number;
  /** Takes no more requests, lets those inside end within the grace period, and closes everything. */
  readonly stop: () => Promise<void>;
}

/** A request that has been inside for longer than this (ms), with none leaving, is a stuck process. */
const stuckMs = 120_000;
const readinessEveryMs = 15_000;
/** While it is not ready it looks more often (ms). */
const unreadyEveryMs = 1_000;
/** A worker that answers at all does so within this (ms). */
const answerMs = 5_000;

/** Starts the API: client, keys, then the faces. Everything opened is closed again when a step fails. */
export async function startApi(config: ApiConfig): Promise<Api> {
  await using opened = new AsyncDisposableStack();
  const tracer = await openTracer(config, opened, (message) => log.warn({ message }, 'tracing'));
  const log = createLog({
    destination: openOutput(),
    level: config.LOG_LEVEL,
    base: { api: `${hostname()}-${process.pid}`, domain: config.DOMAIN },
    traceId: tracer.traceId,
  });
  const origin = { region: config.AWS_REGION, account: config.AWS_ACCOUNT_ID };
  const client = opened.use(
    await openClient({
      redisUrl: config.QUEUE_REDIS_URL,
      domain: config.DOMAIN,
      actor: { kind: 'service', name: 'api' },
      trace: tracer.header,
      origin,
      onError: (err) => log.warn({ err }, 'connection error'),
    }),
  );
  const keys = openKeyRing(client, config.API_KEYS_SECRET);
  const crowd = openCrowd(config.REQUESTS_AT_ONCE);
  const measures = createMeasures(crowd);
  const health = opened.use(
    await startHealth({
      host: config.HEALTH_HOST,
      port: config.HEALTH_PORT,
      stuckAfterMs: stuckMs,
      expose: measures.expose,
      progress: () => [{ queue: 'api', backlog: crowd.inside, lastProgressAt: crowd.lastLeftAt }],
    }),
  );

  const app = createHttpServer(config);
  const serving = openServing({ crowd, measures, tracer, log, answerMs: config.ANSWER_MS });
  const parts = { client, keys, serving, origin, takeOfKey: openRateLimit(config.REQUESTS_PER_KEY) };
  serveGameLift(app, parts);
  const takeOfPlayer = openRateLimit(config.REQUESTS_PER_PLAYER);
  serveRest(app, { ...parts, takeOfPlayer, verify: verifierOf(config) });
  await app.listen({ host: config.API_HOST, port: config.API_PORT });
  opened.defer(() => app.close());
  opened.use(
    watchReadiness(
      async () => {
        await client.readApiKeys({ signal: AbortSignal.timeout(answerMs) });
        await keys.refresh();
      },
      health,
      log,
    ),
  );
  const { port } = app.server.address() as AddressInfo;
  log.info({ port, healthPort: health.port }, 'api started');

  const everything = opened.move();
  return {
    port,
    healthPort: health.port,
    async stop() {
      health.draining();
      log.info('api stopping');
      await Promise.race([everything.disposeAsync(), sleep(config.GRACE_MS, undefined, { ref: false })]);
    },
  };
}

/** Ready is a process that has the keys and that a worker answers: it reads the record for it. */
function watchReadiness(ask: () => Promise<void>, health: Health, log: Log): Disposable {
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      await ask();
      if (!isReady && !isOver) health.ready();
      isReady = true;
    } catch (err) {
      if (isReady) log.warn({ err }, 'not ready');
      isReady = false;
      const timedOut = err instanceof Error && err.name === 'TimeoutError';
      health.draining(timedOut ? 'no worker that serves maintenance answers' : String(err));
    }
    if (!isOver) timer = setTimeout(look, isReady ? readinessEveryMs : unreadyEveryMs);
  };
  void look();
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

/** Who a player's access token is of; `undefined` where no user pool is named. */
function verifierOf(config: ApiConfig) {
  const { USER_POOL_ID: userPoolId, USER_POOL_CLIENT_ID: clientId } = config;
  if (userPoolId === undefined || clientId === undefined) return undefined;
  const { AWS_REGION: region, COGNITO_ENDPOINT: endpoint } = config;
  const { COGNITO_ISSUER: issuer = endpoint && `${endpoint}/${userPoolId}` } = config;
  return createIdentity({ region, userPoolId, clientId, endpoint, issuer }).verify;
}
