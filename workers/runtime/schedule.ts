import { type Job, jobOptions, seal } from '../../jobs/contract.ts';
import {
  applyCommands,
  deliverEvents,
  dropTickets,
  forgetTickets,
  keepActivity,
  recordTickets,
  reportQueueLength,
  sweep,
  trimEvents,
} from '../../jobs/maintenance/jobs.ts';
import { measureLadders } from '../../jobs/maintenance/read-players.ts';
import { expireSessions } from '../../jobs/session-creation/jobs.ts';
import { fleet, type Queues } from './enqueue.ts';

const sweepMs = 5_000;
/** As long as a slot; Redis keeps the last twelve. */
const keepMs = 300_000;
const expireMs = 60_000;
/** What a topic hears late at most, while it keeps up. */
const deliverMs = 1_000;
const recordMs = 5_000;
const dropMs = 3_600_000;
/** How late a command is applied at most whose wake-up is lost. */
const applyMs = 1_000;
/**
 * How often the ladders that percentiles are taken from are looked at: one that is due is measured so late at
 * most.
 */
const measureMs = 60_000;
const trimMs = 10_000;

/**
 * Sets the fleet's upkeep going. Any number of workers may do it: a schedule is one per queue, whoever wrote
 * it last.
 */
export async function scheduleUpkeep({ queues }: Queues, reportSlotMs: number): Promise<void> {
  const every = async (job: Job<object>, ms: number) => {
    const data = seal(job, [{}], { actor: fleet, sentAt: Date.now() });
    const opts = { ...jobOptions(job as Job), removeOnComplete: true, removeOnFail: { count: 100 } };
    await queues[job.queue].upsertJobScheduler(job.kind, { every: ms }, { name: job.kind, data, opts });
  };
  await every(reportQueueLength, reportSlotMs);
  await every(sweep, sweepMs);
  await every(deliverEvents, deliverMs);
  await every(recordTickets, recordMs);
  await every(forgetTickets, recordMs);
  await every(dropTickets, dropMs);
  await every(applyCommands, applyMs);
  await every(keepActivity, keepMs);
  await every(trimEvents, trimMs);
  await every(measureLadders, measureMs);
  await every(expireSessions, expireMs);
}
