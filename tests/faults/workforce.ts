import { setTimeout as pause } from 'node:timers/promises';
import { startWorker, type WorkerProcess } from '../support/worker-processes.ts';

const skewClock = new URL('skew-clock.ts', import.meta.url).href;

/** How often (ms) a worker that cannot start is started again, as ECS would. */
const againMs = 500;
const mostTries = 30;

export type Workforce = Awaited<ReturnType<typeof openWorkforce>>;

/**
 * Worker processes, as many as there should be: who ends is replaced. `main` is the program they run, by
 * default this tree's.
 */
export async function openWorkforce(env: NodeJS.ProcessEnv, count: number, main?: string) {
  const workers = new Set<WorkerProcess>();
  let closed = false;

  /** Starts one more; with `skewMs`, on a clock that is ahead by so much. */
  const startOne = async (skewMs = 0): Promise<void> => {
    const skewed = { NODE_OPTIONS: `--import ${skewClock}`, SKEW_MS: String(skewMs) };
    workers.add(await startWorker({ ...env, ...(skewMs !== 0 && skewed) }, main));
  };
  const start = async (skewMs = 0): Promise<void> => {
    for (let tries = 1; ; tries++) {
      try {
        await startOne(skewMs);
        return;
      } catch (error) {
        // It starts into whatever is broken at the moment.
        if (closed || tries === mostTries) throw error;
        await pause(againMs);
      }
    }
  };
  const end = async (worker: WorkerProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    workers.delete(worker);
    worker.send(signal);
    worker.send('SIGCONT');
    await worker.ended;
  };
  await Promise.all(Array.from({ length: count }, () => startOne()));

  return {
    start,
    end,
    /** The `n`-th of them, counted around. */
    pick: (n: number): WorkerProcess => [...workers][n % workers.size] as WorkerProcess,
    get all(): readonly WorkerProcess[] {
      return [...workers];
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...workers].map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
}
