import { expect, onTestFinished, test, vi } from 'vitest';
import { queueNames } from '../../jobs/contract.ts';
import { reportQueueLength } from '../../jobs/maintenance/jobs.ts';
import { openFleet } from '../support/fleet.ts';
import { jobStory } from '../support/job-story.ts';
import { countOf, openMetricRecorder, type RecordedDatum } from '../support/metric-recorder.ts';

/** Production has 10 s. */
const slotMs = 3_000;

/** A killed worker's job resumes within 15 s (DESIGN 13), and the slot after it is reported again. */
const recoveryMs = 15_000 + slotMs;

test('QueueLength is published once per queue and interval by 4 workers; a kill costs at most one duplicate and a gap no longer than recovery', {
  timeout: 180_000,
}, async () => {
  const fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const recorder = await openMetricRecorder();
  onTestFinished(() => recorder[Symbol.asyncDispose]());
  const env = {
    AWS_ENDPOINT_URL: recorder.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    REPORT_SLOT_MS: String(slotMs),
  };
  const start = () => fleet.startWorker(env);
  const workers = await Promise.all([start(), start(), start(), start()]);
  const lengths = (queue: string): RecordedDatum[] =>
    recorder
      .data()
      .filter((it) => it.MetricName === 'QueueLength' && it.Dimensions.some((of) => of.Value === queue))
      .sort((a, b) => a.Timestamp - b.Timestamp);
  /**
   * Slots (ms) that somebody said to have reported, oldest first. A slot's job is due at its start, whenever
   * it was run.
   */
  const published = async () =>
    (await jobStory(fleet, reportQueueLength.queue))
      .filter((it) => it.event === 'completed' && it.result === '"published"')
      .filter((it) => it.jobId.includes(reportQueueLength.kind))
      .map((it) => Number(it.jobId.split(':').at(-1)));
  const eventually = { timeout: 2 * recoveryMs, interval: 100 };
  /** Waits until so many slots more have been reported. */
  const pass = async (slots: number) => {
    const before = (await published()).length;
    const passed = async () => (await published()).length >= before + slots;
    await vi.waitUntil(passed, eventually);
  };

  await pass(6);

  // Reports are sent a moment after the slot; two within a second are one datum that counts two.
  await vi.waitFor(async () => {
    const slots = await published();
    for (const queue of queueNames) expect(countOf(lengths(queue)), queue).toBe(slots.length);
  }, eventually);
  // Each of the four sets the schedule when it starts.
  const calm = (await published()).slice(2);
  expect(calm.map((slot) => slot - (calm[0] ?? 0))).toEqual(calm.map((_, n) => n * slotMs));

  const reporting = fleet.queues[reportQueueLength.queue];
  const reporter = async () =>
    (await reporting.getActive()).find((job) => job.name === reportQueueLength.kind)?.processedBy;
  for (let kill = 0; kill < 2; kill++) {
    // Whoever reports right now, so that the report itself is what dies.
    const name = await vi.waitUntil(reporter, { timeout: 60_000, interval: 1 });
    const victim = workers.find((it) => name?.endsWith(`-${it.pid}`));
    victim?.send('SIGKILL');
    await victim?.ended;
    await pass(2);
  }
  await pass(1);

  const slots = await published();
  expect(new Set(slots).size).toBe(slots.length);
  for (const queue of queueNames) {
    // What a worker had not sent yet is lost with it, what it had sent is reported again.
    expect(countOf(lengths(queue)) - slots.length, `duplicates of ${queue}`).toBeLessThanOrEqual(2);
    const times = lengths(queue).map((it) => 1_000 * it.Timestamp);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
    expect(Math.max(...gaps), `longest gap of ${queue}`).toBeLessThan(recoveryMs);
  }
});
