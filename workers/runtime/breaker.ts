import type { Worker } from 'bullmq';
import type { Log } from '../telemetry/log.ts';

const errorsPerSecond = 20;
const restMs = 1_000;
const restCapMs = 15_000;

/**
 * Rests a worker that errs in a tight loop. BullMQ's own pause covers lost connections only: on a full or
 * read-only Redis its fetch loop fails thousands of times a second, starving the very server it waits for.
 */
export function breakOnErrors(worker: Worker, log: Log): void {
  let since = 0;
  let errors = 0;
  let rest = restMs;
  let resting = false;

  worker.on('completed', () => {
    rest = restMs;
  });
  worker.on('error', (error) => {
    const now = Date.now();
    if (now - since > 1_000) {
      since = now;
      errors = 0;
      log.error({ queue: worker.name, err: error }, 'worker error');
    }
    errors++;
    if (errors < errorsPerSecond || resting) return;
    resting = true;
    log.error({ queue: worker.name, restMs: rest, err: error }, 'too many errors: the worker rests');
    const resume = () => {
      resting = false;
      worker
        .resume()
        .catch((cause: unknown) => log.error({ queue: worker.name, err: cause }, 'could not resume'));
    };
    worker
      .pause(true)
      .then(() => setTimeout(resume, rest).unref())
      .catch((cause: unknown) => log.error({ queue: worker.name, err: cause }, 'could not rest'));
    rest = Math.min(restCapMs, rest * 2);
  });
}
