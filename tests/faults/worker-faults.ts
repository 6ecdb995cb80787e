import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/**
 * Longer than the lock (8 s): a worker that stood still so long wakes up with jobs that others have done
 * meanwhile.
 */
const frozenMs = 9_500;

/** How far (ms) one worker's clock is off. */
const skewMs = 30_000;

export const workerFaults = {
  'worker SIGKILL': {
    on: 'workers',
    async strike({ workforce }, random) {
      await workforce.end(workforce.pick(random.pick([0, 1, 2, 3])), 'SIGKILL');
      await workforce.start();
    },
  },
  'worker SIGSTOP': {
    on: 'workers',
    async strike({ workforce }, random) {
      const worker = workforce.pick(random.pick([0, 1, 2, 3]));
      worker.send('SIGSTOP');
      await pause(frozenMs + 2_000 * random.uniform());
      worker.send('SIGCONT');
    },
  },
  'SIGTERM deploy': {
    on: 'workers',
    async strike({ workforce }) {
      const old = workforce.all;
      await Promise.all(old.map(() => workforce.start()));
      await Promise.all(old.map((worker) => workforce.end(worker, 'SIGTERM')));
    },
  },
  'clock skew': {
    on: 'workers',
    async strike({ workforce }, random) {
      await workforce.start(random.pick([skewMs, -skewMs]));
      await workforce.end(workforce.pick(0), 'SIGTERM');
    },
  },
} as const satisfies Record<string, Fault>;
