import { problemsOf } from '../../jobs/contract.ts';
import { workerEnvironment } from './config.ts';
import { withSecrets } from './secrets.ts';
import { startWorker } from './worker.ts';

const usage = `Usage: npm start

Runs one worker process until SIGTERM. Settings come from the environment; workers/process/config.ts documents each.
Required: QUEUE_REDIS_URL, CACHE_REDIS_URL, DOCUMENTDB_URI ("npm run stack" prints all three for this machine).`;

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
const environment = await withSecrets(process.env).catch((error: unknown) => {
  console.error(`This worker could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
const config = workerEnvironment.safeParse(environment);
if (!config.success) {
  console.error(
    `This worker's environment is not usable:\n${problemsOf(config.error).join('\n')}\n\n${usage}`,
  );
  process.exit(1);
}

// The X-Ray SDK reads its mode when it is loaded; see `telemetry/xray-daemon.ts`.
process.env['AWS_XRAY_MANUAL_MODE'] = '1';

// A worker started as a child with a channel to its parent does not outlive it, not even while it starts. An
// orderly exit would write what is left of the log first, and try for ever when its reader is gone as well.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
const worker = await startWorker(config.data, environment).catch((error: unknown) => {
  console.error(`This worker could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    void worker.stop().then(() => process.exit(0));
  });
process.send?.({ ready: true, healthPort: worker.healthPort });
