import { expect, test, vi } from 'vitest';
import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';
import { jobStory } from '../support/job-story.ts';
import { allIsWell } from '../support/ledger.ts';
import { startTraffic } from '../support/traffic.ts';

/** A job yields after about 5 s; the rest is a busy machine's. */
const longestMs = 8_000;

test('of a hot pool served by two workers never two cycles run at once, and a job cycles it more than once (DESIGN 7)', {
  timeout: 120_000,
}, async () => {
  await using fleet = await openFleet();
  await Promise.all([fleet.startWorker(), fleet.startWorker()]);
  await fleet.install('duel', duelRuleSet);
  const traffic = startTraffic(fleet, ['duel'], 24);
  await vi.waitFor(() => expect(traffic.diary.reported.size).toBeGreaterThan(250), {
    timeout: 60_000,
    interval: 50,
  });
  await traffic.stop();
  await allIsWell(fleet, traffic.diary);

  const story = await jobStory(fleet, formMatches.queue);
  const ours = new Set(story.filter((it) => it.kind === formMatches.kind).map((it) => it.jobId));
  // None is overlooked: whatever says how many cycles it ran is one of them.
  expect(story.filter((it) => it.result.includes('"cycles"') && !ours.has(it.jobId))).toEqual([]);
  const active = new Map<string, number>();
  const cycles: number[] = [];
  for (const { event, jobId, at, result } of story.filter((it) => ours.has(it.jobId))) {
    if (event === 'active') {
      expect([...active.keys()], `when ${jobId} began`).toEqual([]);
      active.set(jobId, at);
    }
    if (event !== 'completed') continue;
    expect(at - (active.get(jobId) ?? 0)).toBeLessThan(longestMs);
    active.delete(jobId);
    cycles.push((JSON.parse(result) as { cycles: number }).cycles);
  }

  expect(cycles.length).toBeGreaterThan(10);
  expect(Math.max(...cycles)).toBeGreaterThan(1);
  expect(story.filter((it) => it.event === 'stalled' || it.event === 'failed')).toEqual([]);
});
