import { z } from 'zod';
import { secretOr } from '../connection/secrets.ts';
import { consoleEnvironment } from './config.ts';

const usage = `Usage: npm run console

Runs one process of the operators' console until SIGTERM, and prints its address. Settings come from the environment;
producers/console/config.ts documents each.
Required: QUEUE_REDIS_URL ("npm run stack" prints one for this machine).`;

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}

const couldNot = (error: unknown): never => {
  console.error(`The console could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
};
const { API_KEYS_SECRET = '' } = process.env;
const secret = await secretOr('API_KEYS_SECRET', API_KEYS_SECRET).catch(couldNot);
const config = consoleEnvironment.safeParse({ ...process.env, API_KEYS_SECRET: secret || undefined });
if (!config.success) {
  console.error(`The console's environment is not usable:\n${z.prettifyError(config.error)}\n\n${usage}`);
  process.exit(1);
}

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
const { startConsole } = await import('./console.ts');
const opened = await startConsole(config.data).catch(couldNot);
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    void opened.stop().then(() => process.exit(0));
  });
console.error(`The console is at ${opened.url}`);
process.send?.({ ready: true, port: opened.port, url: opened.url });
