import { catalogue } from '../catalogue.ts';
import type { Check } from './check.ts';
import type { FailedJob } from './snapshot.ts';

/** Kinds that are tried once: their next turn is their retry. */
const triedOnce = new Set(catalogue.filter((job) => job.attempts === 1).map((job) => job.kind));

/** Calls that carry what somebody asked for, and whose job says what became of it. */
const calls = new Set(['stop-matchmaking', 'accept-match', 'start-backfill', 'player-left', 'end-session']);

const strayJobs = (failed: readonly FailedJob[], hostile: ReadonlyMap<string, boolean>) =>
  failed.filter((job) => !hostile.has(job.id) && !triedOnce.has(job.kind));

const tell = ({ id, kind, reason }: FailedJob) => ({
  subject: id,
  story: `job ${kind} ${id} failed: ${reason}`,
});

/** No job of the fleet's own fails for good. */
export const noJobFailed: Check = {
  invariant: 9,
  find: ({ failedJobs }, { hostileJobs }) =>
    strayJobs(failedJobs, hostileJobs)
      .filter((job) => !calls.has(job.kind))
      .map(tell),
};

/** What a caller was told is done is not refused afterwards by a job that nobody looks at. */
export const noCallFailed: Check = {
  invariant: 11,
  find: ({ failedJobs }, { hostileJobs }) =>
    strayJobs(failedJobs, hostileJobs)
      .filter((job) => calls.has(job.kind))
      .map(tell),
};

/** A job that nobody could do is kept as failed. */
export const hostileJobKept: Check = {
  invariant: 9,
  find({ failedJobs }, { hostileJobs }) {
    const kept = new Set(failedJobs.map((job) => job.id));
    return [...hostileJobs]
      .filter(([id, isConfirmed]) => isConfirmed && !kept.has(id))
      .map(([id]) => ({ subject: id, story: `job ${id} nobody could do was not kept as failed` }));
  },
};
