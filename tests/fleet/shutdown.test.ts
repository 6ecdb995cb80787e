import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { rateLadder } from '../../jobs/rating-update/jobs.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { freezeWith } from '../support/freeze.ts';
import { notesOf } from '../support/job-story.ts';
import { allIsWell } from '../support/ledger.ts';
import { startTraffic, type Traffic } from '../support/traffic.ts';
import { runWorker } from '../support/worker-processes.ts';

const graceMs = 10_000;

describe('SIGTERM under load (DESIGN 13)', { timeout: 120_000 }, () => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await openFleet();
    onTestFinished(() => fleet[Symbol.asyncDispose]());
  });

  const underWay = ({ diary }: Traffic, matches: number) =>
    vi.waitFor(() => expect(diary.reported.size).toBeGreaterThan(matches), { timeout: 60_000, interval: 20 });

  // The emulator of CloudWatch answers a page of HTML now and then while two workers send at once, which they
  // warn of.
  const settings = { GRACE_MS: String(graceMs), LOG_LEVEL: 'warn', METRICS_SINK: 'none' };
  const handedBack = async () => (await notesOf(fleet, 'waiting')).filter((note) => note.from === 'active');

  test('in a rolling deploy every worker ends its jobs and exits 0: no job stalls, fails or is handed back, and nothing is lost (invariants 1 to 5, 9)', async () => {
    const old = [await fleet.startWorker(settings), await fleet.startWorker(settings)];
    await fleet.install('duel', duelRuleSet);
    const traffic = startTraffic(fleet, ['duel'], 24);

    for (const worker of old) {
      await fleet.startWorker(settings);
      await underWay(traffic, traffic.diary.reported.size + 40);
      const askedAt = performance.now();
      worker.send('SIGTERM');
      expect(await worker.ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - askedAt).toBeLessThan(graceMs);
    }
    await underWay(traffic, traffic.diary.reported.size + 40);
    await traffic.stop();

    await allIsWell(fleet, traffic.diary);
    expect(await notesOf(fleet, 'stalled')).toEqual([]);
    expect(await handedBack()).toEqual([]);
    expect(old.flatMap((worker) => worker.log())).toEqual([]);
  });

  test('a worker whose grace is over hands back the jobs in its hands and exits 0: none stalls or fails, and nothing is lost (invariants 1 to 5, 9)', async () => {
    const impatient = { ...settings, GRACE_MS: '0' };
    let worker = await fleet.startWorker(impatient);
    await fleet.install('duel', duelRuleSet);
    const traffic = startTraffic(fleet, ['duel'], 24);

    // One frozen at the last line of its job may still end it: then the next has its turn.
    while ((await handedBack()).length === 0) {
      const next = await fleet.startWorker(impatient);
      await freezeWith(fleet, rateLadder, worker);
      worker.send('SIGTERM');
      worker.send('SIGCONT');
      expect(await worker.ended).toEqual({ code: 0, signal: null });
      worker = next;
    }
    await underWay(traffic, traffic.diary.reported.size + 40);
    await traffic.stop();

    await allIsWell(fleet, traffic.diary);
    expect(await notesOf(fleet, 'stalled')).toEqual([]);
  });
});

describe('what a worker says before it starts', () => {
  const env = () => ({ PATH: process.env['PATH'], ...inject('stackEnv') });

  test('a bad environment is told whole, at once, with each variable by name', async () => {
    const { code, stdout, stderr } = await runWorker({
      PATH: process.env['PATH'],
      QUEUE_REDIS_URL: 'localhost:6379',
      DOMAIN: 'Main Street',
      QUEUES: 'matchmaking,laundry',
      GRACE_MS: 'a while',
    });

    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const name of [
      'QUEUE_REDIS_URL',
      'CACHE_REDIS_URL',
      'DOCUMENTDB_URI',
      'DOMAIN',
      'QUEUES',
      'GRACE_MS',
    ])
      expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('one server for queue and cache is refused, since one must evict and the other must not', async () => {
    const { code, stderr } = await runWorker({
      ...env(),
      CACHE_REDIS_URL: inject('stackEnv')['QUEUE_REDIS_URL'],
    });

    expect(code).toBe(1);
    expect(stderr).toContain('CACHE_REDIS_URL');
  });

  test('a queue Redis that evicts is refused with the policy it has and the one it needs', async () => {
    const { QUEUE_REDIS_URL, CACHE_REDIS_URL } = inject('stackEnv');

    const { code, stderr } = await runWorker({
      ...env(),
      QUEUE_REDIS_URL: CACHE_REDIS_URL,
      CACHE_REDIS_URL: QUEUE_REDIS_URL,
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(/QUEUE_REDIS_URL.*volatile-lru.*noeviction/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a DocumentDB that does not answer ends the start with a reason instead of a worker that serves nothing', async () => {
    const { code, stderr } = await runWorker({
      ...env(),
      DOCUMENTDB_URI: 'mongodb://127.0.0.1:9/?directConnection=true',
    });

    expect(code).toBe(1);
    expect(stderr).toContain('could not start');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('--help names what is required and exits 0 without an environment', async () => {
    const { code, stdout, stderr } = await runWorker({ PATH: process.env['PATH'] }, '--help');

    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/QUEUE_REDIS_URL, CACHE_REDIS_URL, DOCUMENTDB_URI/);
  });
});
