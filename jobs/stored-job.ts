import { z } from 'zod';
import { firstProblem, keptFailed } from './contract.ts';

/** A job's hash as BullMQ 6 stores it: text by field. */
export type StoredJob = Readonly<Record<string, string>>;

const keep = z.union([
  z.boolean(),
  z.number(),
  z.looseObject({ age: z.number(), count: z.number() }).partial(),
]);

/** The options that BullMQ cannot do without; the others may be anything. */
const options = z.looseObject({
  attempts: z.number().optional(),
  removeOnComplete: keep.optional(),
  removeOnFail: keep.optional(),
  /** A job that repeats says how often: a broken pattern throws before any worker has the job. */
  repeat: z.looseObject({ every: z.number().positive(), pattern: z.never().optional() }).optional(),
  repeatJobKey: z.string().optional(),
  parent: z.never().optional(),
});

const wholeNumber = /^-?\d{1,15}$/;

/**
 * What in a stored job keeps BullMQ from reading it or from ending it, with the field's name; `undefined`
 * where nothing does. Such a job would be taken, stall and be taken again for ever. Only a raw write to Redis
 * makes one: BullMQ writes JSON, and the fleet has no jobs with parents.
 */
function unreadable(stored: StoredJob): string | undefined {
  const parsed = new Map<string, unknown>();
  for (const field of ['data', 'opts', 'progress', 'parent']) {
    const text = stored[field];
    if (!text) continue;
    try {
      parsed.set(field, JSON.parse(text));
    } catch {
      return `${field}: not JSON`;
    }
  }
  if (stored['parent'] || stored['parentKey']) return 'parent: no job of the fleet has one';
  for (const field of ['ats', 'atm', 'stc', 'attemptsMade'])
    if (stored[field] && !wholeNumber.test(stored[field])) return `${field}: not a whole number`;
  const opts = options.safeParse(parsed.get('opts') ?? (stored['opts'] ? null : {}));
  if (!opts.success) return firstProblem(opts.error, 'opts');
  const repeats = stored['rjk'] || opts.data.repeatJobKey;
  return repeats && !opts.data.repeat ? 'rjk: repeats, but opts.repeat does not say how often' : undefined;
}

/** What stands in for the data of a job that could not be read. */
const replacement = z.strictObject({ unreadable: z.string(), stored: z.record(z.string(), z.string()) });

/** Why a job's own data was replaced; `undefined` where it was not. */
export const replacedBecause = (data: unknown): string | undefined =>
  replacement.safeParse(data).data?.unreadable;

/**
 * The job as it is, or, where BullMQ could not read it, one that it can: it fails at once, is kept like other
 * failed jobs, and has in its data what was stored, as text.
 */
export function readable(stored: StoredJob): StoredJob {
  const problem = unreadable(stored);
  if (!problem) return stored;
  const { name, timestamp, processedOn, finishedOn, failedReason, pb, ats = '', deid } = stored;
  const kept = { timestamp, processedOn, finishedOn, failedReason, pb, deid };
  return {
    name: name || 'unreadable',
    data: JSON.stringify({ unreadable: problem, stored } satisfies z.input<typeof replacement>),
    opts: JSON.stringify({ attempts: 1, removeOnFail: keptFailed }),
    delay: '0',
    priority: '0',
    ...(wholeNumber.test(ats) && { ats }),
    ...Object.fromEntries(Object.entries(kept).filter((it): it is [string, string] => it[1] !== undefined)),
  };
}
