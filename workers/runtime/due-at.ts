import type { Job } from 'bullmq';

/**
 * When a job was due, ms since 1970: of one that a schedule adds its time, else when it was added and its
 * delay was over.
 */
export const dueAtOf = ({ opts, timestamp }: Pick<Job, 'opts' | 'timestamp'>): number =>
  opts.prevMillis ?? timestamp + (opts.delay ?? 0);
