import { expect, onTestFinished, test, vi } from 'vitest';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openCompiled } from '../../workers/pool/compiled.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';
import { unobserved } from '../support/unobserved.ts';

/** A pool with so many tickets that match in pairs, and cycles over one mirror of it. */
async function openCycles(tickets: number) {
  const domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  await domain.search(...Array.from({ length: tickets }, (_, n) => `t${n}`));
  const mirror = openMirror(domain.pool, 'duel');
  const jobs: [string, number][] = [];
  const unready: string[] = [];
  let full = 0;
  const stores = cycleStores(domain.pool, {
    handOver: async (jobId: string, matchIds: readonly string[]) => void jobs.push([jobId, matchIds.length]),
    observe: {
      ...unobserved,
      outboxFull: () => full++,
      unready: (configuration: string) => void unready.push(configuration),
    },
  });
  return { domain, jobs, unready, fullTimes: () => full, cycle: () => runCycle(mirror, stores) };
}

test('a full outbox pauses the pool, and when it has drained every ticket is matched (invariant 1)', async () => {
  const { domain, cycle, fullTimes } = await openCycles(900);
  const full = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, '{}']));
  await domain.redis.hset(domain.key('outbox'), full);
  await cycle();
  expect(fullTimes()).toBe(1);
  expect(await domain.inPool()).not.toEqual([]);
  await domain.redis.del(domain.key('outbox'));

  while (await cycle());

  expect(await domain.inPool()).toEqual([]);
  expect(await domain.redis.hlen(domain.key('outbox'))).toBe(450);
});

test('matches decided together share start-match jobs of at most 200', async () => {
  const { cycle, jobs } = await openCycles(900);

  while (await cycle());

  expect(jobs.reduce((sum, [, matches]) => sum + matches, 0)).toBe(450);
  expect(jobs.length).toBeLessThan(10);
  expect(Math.max(...jobs.map(([, matches]) => matches))).toBeLessThanOrEqual(200);
});

test('proposals of one batch are handed over each by a job of its own, by the cycle after each is decided', async () => {
  const { domain, cycle, jobs } = await openCycles(0);
  const { configuration, ...rest } = aConfiguration(2);
  await domain.pool.settings.install({
    ...rest,
    configuration: { ...configuration, acceptanceRequired: true, acceptanceTimeoutSeconds: 60 },
  });
  await domain.search('a', 'b', 'c', 'd');
  await cycle();
  const tickets = await domain.tickets.describe(['a', 'b', 'c', 'd']);

  for (const { ticketId, matchId = '' } of tickets)
    await domain.pool.tickets.accept({ ticketId, matchId, acceptance: 'ACCEPT', playerIds: [ticketId] });
  expect(jobs).toEqual([]);
  await cycle();

  expect(new Set(jobs.map(([jobId]) => jobId)).size).toBe(2);
  expect(jobs.map(([, matches]) => matches)).toEqual([1, 1]);
});

test('a rule set in force that does not load keeps nobody waiting: its tickets time out (invariant 1)', async () => {
  const { domain, cycle, unready } = await openCycles(0);
  await domain.start({ ...aTicket('late'), timeoutMs: 0 }, aTicket('waits'));
  const { ruleSet, ...rest } = aConfiguration(2);
  await domain.pool.settings.install({
    ...rest,
    ruleSet: { ...ruleSet, body: '{"ruleLanguageVersion":"9.0"}' },
  });

  await cycle();
  // The first has timed a ticket out, so it is followed by one that sees the pool as it is now.
  await cycle();

  expect(await domain.statusOf('late')).toBe('TIMED_OUT');
  expect(await domain.statusOf('waits')).toBe('SEARCHING');
  expect(unready).toEqual(['duel', 'duel']);
  const due = Number(await domain.redis.zscore(domain.key('due'), 'duel'));
  const deadline = Number(readStoredTicket(await domain.redis.get(domain.key('ticket:waits')))?.deadline);
  expect(due, 'the pool is looked at again before the next ticket times out').toBeLessThanOrEqual(deadline);
  expect(due, 'and not without a pause').toBeGreaterThan(deadline - 60_000 + 5_000);
});

test('calls of one worker that ask for a configuration together read it once', async () => {
  const { domain } = await openCycles(0);
  const compiled = openCompiled(domain.pool);
  const reads = vi.spyOn(domain.redis, 'hget');

  const found = await Promise.all(Array.from({ length: 200 }, () => compiled.current('duel')));

  expect(reads).toHaveBeenCalledTimes(1);
  expect(new Set(found).size).toBe(1);
});

test('who knows of a version installed during a reading gets that version', async () => {
  const { domain } = await openCycles(0);
  const compiled = openCompiled(domain.pool);
  const early = compiled.current('duel');
  await domain.pool.settings.install(aConfiguration(2));

  const known = await compiled.current('duel', 2);

  expect((await early)?.installed.version).toBe(1);
  expect(known?.installed.version).toBe(2);
});
