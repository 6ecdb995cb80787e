import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FleetProcess, startProcess } from '../start-process.ts';

const workerMain = fileURLToPath(new URL('../../../workers/process/main.ts', import.meta.url));

/**
 * Starts worker processes and waits until each serves its queues. They end with this process, whatever ends
 * it. What they log goes to `worker-1.log` and so on in the folder `logs`, or nowhere.
 */
export async function startWorkers(
  count: number,
  env: NodeJS.ProcessEnv,
  logs?: string,
): Promise<FleetProcess[]> {
  if (logs !== undefined) mkdirSync(logs, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      startProcess('A worker', workerMain, env, logs && join(logs, `worker-${n + 1}.log`)),
    ),
  );
}
