import type { z } from 'zod';
import { keptChanges } from '../../jobs/json-diff.ts';
import type { retryJobs } from '../../jobs/maintenance/setting-commands.ts';
import { type Decision, decided } from './decision.ts';
import type { FailedJobs } from './failed-jobs.ts';

/** Those that have failed are tried again; the audit has the first of their ids. */
export async function decideRetry(
  { name, jobs }: z.output<typeof retryJobs.item>,
  { failedJobs }: { readonly failedJobs: FailedJobs },
): Promise<Decision> {
  const failed = await failedJobs.find(name, jobs);
  const retried = failed.map((it) => it.id);
  if (failed.length === 0) return decided({ retried });
  return decided({ retried }, { kind: 'retry-jobs', name, jobs: failed }, keptChanges({}, { retried }));
}
