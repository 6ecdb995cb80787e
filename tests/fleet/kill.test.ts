import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Job } from '../../jobs/contract.ts';
import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import { rateLadder } from '../../jobs/rating-update/jobs.ts';
import { startMatch } from '../../jobs/session-creation/jobs.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { freezeWith } from '../support/freeze.ts';
import { jobStory, notesOf } from '../support/job-story.ts';
import { allIsWell } from '../support/ledger.ts';
import { startTraffic } from '../support/traffic.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

/** Lock 8 s, stalled check every 3 s. */
const resumedWithinMs = 15_000;

interface Death {
  readonly job: Pick<Job, 'kind' | 'queue'>;
  readonly jobId: string;
  /** Redis time and this process's are one machine's. */
  readonly at: number;
}

/** Kills the worker with a job of the kind in its hands. */
async function killWith(job: Pick<Job, 'kind' | 'queue'>, worker: WorkerProcess): Promise<Death> {
  const jobId = await freezeWith(fleet, job, worker);
  worker.send('SIGKILL');
  await worker.ended;
  return { job, jobId, at: Date.now() };
}

/** When somebody took the job after its worker's death, by Redis time. */
async function resumedAt({ job, jobId, at }: Death): Promise<number> {
  const story = (await jobStory(fleet, job.queue)).filter((note) => note.jobId === jobId);
  const resumed = story.find((note) => note.event === 'active' && note.at > at);
  if (resumed) return resumed.at;
  const told = story.map((note) => `${note.event} ${note.at - at} ms`).join(', ');
  throw new Error(`${job.kind} ${jobId} was not resumed; since its worker died: ${told}`);
}

test('workers SIGKILLed with each kind of job in hand: the jobs resume elsewhere within 15 s and every invariant holds (DESIGN 13, invariants 1 to 5, 8, 9)', {
  timeout: 120_000,
}, async () => {
  const workers = [await fleet.startWorker(), await fleet.startWorker(), await fleet.startWorker()];
  await fleet.install('duel', duelRuleSet);
  await fleet.install('blitz', duelRuleSet);
  const traffic = startTraffic(fleet, ['duel', 'blitz'], 12);
  const deaths: Death[] = [];

  for (const kind of [startMatch, rateLadder, formMatches]) {
    deaths.push(await killWith(kind, workers.shift()!));
    workers.push(await fleet.startWorker());
  }

  for (const death of deaths) {
    const resumed = await vi.waitFor(() => resumedAt(death), { timeout: 2 * resumedWithinMs, interval: 100 });
    expect(resumed - death.at, `${death.job.kind} resumed after`).toBeLessThan(resumedWithinMs);
  }
  await vi.waitUntil(() => traffic.diary.reported.size > 150, { timeout: 60_000 });
  await traffic.stop();
  await allIsWell(fleet, traffic.diary);
  const stalled = new Set((await notesOf(fleet, 'stalled')).map((note) => note.jobId));
  expect([...stalled]).toEqual(expect.arrayContaining(deaths.map((death) => death.jobId)));
});
