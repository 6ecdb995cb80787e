import { problemsOf } from '../../jobs/contract.ts';
import { workerEnvironment } from '../../workers/process/config.ts';
import { startWorker } from '../../workers/process/worker.ts';

/** Nothing is sent or printed by it. */
const quiet = { METRICS_SINK: 'none', LOG_LEVEL: 'silent', AWS_XRAY_DAEMON_ADDRESS: undefined };

/**
 * Why no worker starts with this environment, in the words that its process prints. Starts it in this
 * process, which saves two seconds. Throws when it does start.
 */
export async function whyNoWorker(env: NodeJS.ProcessEnv): Promise<string> {
  const parsed = workerEnvironment.safeParse({ ...env, ...quiet });
  if (!parsed.success) return problemsOf(parsed.error).join('\n');
  const worker = await startWorker(parsed.data, env).catch((error: Error) => error.message);
  if (typeof worker === 'string') return worker;
  await worker.stop();
  throw new Error('The worker started');
}
