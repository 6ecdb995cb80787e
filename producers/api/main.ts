import { z } from 'zod';
import { secretOr } from '../connection/secrets.ts';
import { apiEnvironment } from './config.ts';

const usage = `Usage: npm run api

Runs one process of the HTTP API until SIGTERM: Amazon GameLift's FlexMatch operations, and REST under /v1. Settings come from the
environment; producers/api/config.ts documents each.
Required: QUEUE_REDIS_URL, API_KEYS_SECRET ("npm run stack" prints both for this machine).`;

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}

const couldNot = (error: unknown): never => {
  console.error(`The API could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
};
const { API_KEYS_SECRET = '' } = process.env;
const secret = await secretOr('API_KEYS_SECRET', API_KEYS_SECRET).catch(couldNot);
const config = apiEnvironment.safeParse({ ...process.env, API_KEYS_SECRET: secret || undefined });
if (!config.success) {
  console.error(`The API's environment is not usable:\n${z.prettifyError(config.error)}\n\n${usage}`);
  process.exit(1);
}

// The X-Ray SDK reads its mode when it is loaded; see `workers/telemetry/xray-daemon.ts`.
process.env['AWS_XRAY_MANUAL_MODE'] = '1';

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
const { startApi } = await import('./api.ts');
const api = await startApi(config.data).catch(couldNot);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    void api.stop().then(() => process.exit(0));
  });
process.send?.({ ready: true, port: api.port, healthPort: api.healthPort });
