import { expect, onTestFinished, test, vi } from 'vitest';
import { queueNames } from '../../jobs/contract.ts';
import { reportQueueLength } from '../../jobs/maintenance/maintenance.ts';
import { openFleet } from '../support/fleet.ts';
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
  const slotOf = (datum: RecordedDatum) => Math.floor((1_000 * datum.Timestamp) / slotMs);
  const slots = (queue: string) => lengths(queue).map(slotOf);
  const reached = (slot: number) =>
    vi.waitUntil(() => queueNames.every((queue) => (slots(queue).at(-1) ?? 0) >= slot), {
      timeout: 2 * recoveryMs,
      interval: 100,
    });
  const currentSlot = () => Math.floor(Date.now() / slotMs);

  const first = currentSlot() + 2;
  await reached(first + 4);

  for (const queue of queueNames) {
    const calm = lengths(queue).filter((it) => slotOf(it) >= first && slotOf(it) < first + 4);
    expect(calm.map(slotOf), queue).toEqual([0, 1, 2, 3].map((n) => first + n));
    expect(countOf(calm), queue).toBe(4);
  }

  const before = currentSlot();
  const reporting = fleet.queues[reportQueueLength.queue];
  const reporter = async () =>
    (await reporting.getActive()).find((job) => job.name === reportQueueLength.kind)?.processedBy;
  for (let kill = 0; kill < 2; kill++) {
    // Whoever reports right now, so that the report itself is what dies.
    const name = await vi.waitUntil(reporter, { timeout: 60_000, interval: 1 });
    const victim = workers.find((it) => name?.endsWith(`-${it.pid}`));
    victim?.send('SIGKILL');
    await victim?.ended;
    await reached(currentSlot() + 2);
  }
  const after = currentSlot() - 1;
  await reached(after + 1);

  for (const queue of queueNames) {
    const since = lengths(queue).filter((it) => slotOf(it) > before && slotOf(it) <= after);
    // Two reports within a second are one datum that counts two.
    const reports = countOf(since);
    expect(reports - new Set(since.map(slotOf)).size, `duplicates of ${queue}`).toBeLessThanOrEqual(2);
    const times = lengths(queue).map((it) => 1_000 * it.Timestamp);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
    expect(Math.max(...gaps), `longest gap of ${queue}`).toBeLessThan(recoveryMs);
  }
});
