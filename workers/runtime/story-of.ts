import type { Job } from 'bullmq';
import type { Envelope } from '../../jobs/contract.ts';
import { idsOf } from '../../jobs/item-ids.ts';
import { parseTraceHeader } from '../../jobs/trace-header.ts';

/** What log lines say about a job: which it is, and what it is about where it has one item. */
export function storyOf(job: Job): Record<string, string | number> {
  const { items, trace } = (job.data ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  const traceId = parseTraceHeader(typeof trace === 'string' ? trace : undefined)?.root;
  const about = Array.isArray(items) && (items.length === 1 ? idsOf(items[0]) : { items: items.length });
  return { job: job.id ?? '', kind: job.name, ...about, ...(traceId && { traceId }) };
}
