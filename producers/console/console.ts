import type { AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { type Right, rights } from '../../jobs/maintenance/api-keys.ts';
import { createLog, openOutput } from '../../workers/telemetry/log.ts';
import { type FleetClient, openClient } from '../client.ts';
import { openKeyRing } from '../keys/key-ring.ts';
import { readToken } from '../keys/seal.ts';
import { serveActions } from './action.ts';
import { actions } from './actions.ts';
import { serveAssets } from './assets.ts';
import type { ConsoleConfig } from './config.ts';
import { openEventTail } from './event-tail.ts';
import { serveFind } from './find.ts';
import { createHttpServer } from './http-server.ts';
import { openLogin } from './login.ts';
import { openSharedReadings } from './readings.ts';
import { serveScreens } from './screen.ts';
import { screens } from './screens.ts';
import type { WhoLooks } from './viewer.ts';

/** A console at work. */
export interface Console {
  readonly port: number;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts the console. Everything opened is closed again when a step fails. */
export async function startConsole(config: ConsoleConfig): Promise<Console> {
  await using opened = new AsyncDisposableStack();
  const log = createLog({
    destination: openOutput(),
    level: config.LOG_LEVEL,
    base: { console: `${hostname()}-${process.pid}`, domain: config.DOMAIN },
  });
  const client = opened.use(
    await openClient({
      redisUrl: config.QUEUE_REDIS_URL,
      domain: config.DOMAIN,
      actor: { kind: 'service', name: 'console' },
      onError: (err) => log.warn({ err }, 'connection error'),
    }),
  );
  const events = opened.use(await openEventTail(client, (err) => log.warn({ err }, 'events')));
  const { app, whoLooks } = openDoor(config, client);
  const parts = {
    fleet: { client, events, readings: openSharedReadings(), domain: config.DOMAIN },
    ...{ whoLooks, log },
  };
  serveAssets(app);
  serveScreens(app, screens, parts);
  serveFind(app, parts);
  serveActions(app, actions, parts);
  await app.listen({ host: config.CONSOLE_HOST, port: config.CONSOLE_PORT });
  opened.defer(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const host = config.CONSOLE_HOST.includes(':') ? `[${config.CONSOLE_HOST}]` : config.CONSOLE_HOST;
  log.info({ port }, 'console started');

  const everything = opened.move();
  return { port, url: `http://${host}:${port}`, stop: () => everything.disposeAsync() };
}

/** The server, and who looks: whoever reaches it by loopback, or people who show a key. */
function openDoor(config: ConsoleConfig, client: FleetClient) {
  const hasLogin = config.CONSOLE_LOGIN === 'key';
  const app = createHttpServer({ loopbackOnly: !hasLogin });
  if (hasLogin) {
    const keys = openKeyRing(client, config.API_KEYS_SECRET ?? '');
    return { app, whoLooks: openLogin(app, keys, { secure: config.BEHIND_TLS === 'true' }) };
  }
  const { OPERATOR_KEY: operatorKey } = config;
  const name = readToken(operatorKey ?? '')?.name ?? userInfo().username;
  const viewer = { name, operatorKey, rights: new Set<Right>(operatorKey === undefined ? ['read'] : rights) };
  const whoLooks: WhoLooks = async () => viewer;
  return { app, whoLooks };
}
