import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { noId } from '../../jobs/chain.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import type { CycleState } from '../../workers/pool/changes.ts';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aBackfill, aConfiguration, aPlayer, aTicket } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';
import { poolWith } from '../support/pool-with.ts';

/** One more than may wait for long without being a backlog. */
const backlog = Array.from({ length: 1_001 }, (_, n) => `t${n}`);

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const letIn = (ticketIds: readonly string[], pool = 'duel') =>
  domain.start(...ticketIds.map((ticketId) => ({ ...aTicket(ticketId), pool, timeoutMs: 600_000 })));

const pass = (ms: number) => domain.pass(ms);

/** A cycle of the pool begins, or goes on, that has the whole of it or a part. */
const begin = (whole = true, pool = 'duel') =>
  domain.pool.mirror.catchUp(pool, 'duel', noId, 1, { begins: true, whole });
const goOn = () => domain.pool.mirror.catchUp('duel', 'duel', noId, 1, { begins: false, whole: true });
const rest = async (short = false) => {
  const { latest, version } = await domain.pool.mirror.catchUp('duel', 'duel', noId, 1);
  await domain.pool.mirror.rest(
    'duel',
    { configuration: 'duel', position: latest, version },
    undefined,
    short,
  );
};

/** A cycle that has gone on for longer than the bound: what waits, if it is enough, keeps new tickets out. */
const cycleTooLong = async () => {
  await begin();
  await pass(31_000);
  await goOn();
};

const refusal = async (ticket = aTicket('new')) => {
  const [verdict] = await domain.start(ticket);
  return verdict?.kind === 'refused' ? verdict.reason : undefined;
};

test('a pool whose cycle has too much to do takes no new tickets of its configuration, and says so', async () => {
  await letIn(backlog);
  await cycleTooLong();

  const [refused] = await domain.start(aTicket('new'));

  expect(refused).toMatchObject({
    as: 'unavailable',
    reason: expect.stringMatching(
      /^configuration: matchmaking of duel is 3\d s behind and takes no new tickets until it has caught up; nothing was queued$/,
    ),
  });
  expect(await domain.statusOf('new')).toBeUndefined();
});

test('other configurations go on taking tickets', async () => {
  const { configuration, ...rest } = aConfiguration();
  await domain.pool.settings.install({ ...rest, configuration: { ...configuration, name: 'chess' } });
  await letIn(backlog);
  await cycleTooLong();

  expect(await refusal({ ...aTicket('new'), configuration: 'chess' })).toBeUndefined();
});

test('what comes after a cycle that took long waits as long again, so tickets are refused from its end on', async () => {
  await letIn(backlog);
  await begin();
  await pass(31_000);
  await begin();

  expect(await refusal()).toMatch(/3\d s behind/);
});

test('a cycle that has but a part of the pool leaves it as far behind as it was', async () => {
  await letIn(backlog);
  for (const part of [1, 2, 3]) {
    await begin(false);
    await pass(10_000 * part);
  }
  await begin(false);

  expect(await refusal()).toMatch(/6\d s behind/);
});

test('a pool that cannot rest, since more came while its cycle had nothing to decide, is as far behind as that cycle took', async () => {
  await letIn(backlog);
  const { latest, version } = await begin();
  await pass(31_000);
  await letIn(['one-more']);
  await domain.pool.mirror.rest('duel', { configuration: 'duel', position: latest, version }, undefined);
  await begin();

  expect(await refusal()).toMatch(/3\d s behind/);
});

test('short cycles, however many, are not behind', async () => {
  await letIn(backlog);
  for (let cycles = 0; cycles < 5; cycles++) {
    await begin();
    await pass(20_000);
  }
  await begin();

  expect(await refusal()).toBeUndefined();
});

test('a pool that rests is not behind, however long it has rested', async () => {
  await letIn(backlog);
  await begin();
  await rest();
  await pass(60_000);
  await begin();

  expect(await refusal()).toBeUndefined();
});

test('a pool that has worked off its backlog lets tickets in at once', async () => {
  await letIn(backlog);
  await cycleTooLong();
  expect(await refusal()).toBeDefined();

  await rest();

  expect(await refusal()).toBeUndefined();
});

test('of a pool that nobody has cycled for long nothing is known', async () => {
  await letIn(backlog);
  await begin();
  await pass(600_001);
  await goOn();

  expect(await refusal()).toBeUndefined();
});

test('what waits counts over all pools of the configuration', async () => {
  await letIn(backlog.slice(0, 600), 'duel');
  await letIn(backlog.slice(600), 'duel/eu');
  await cycleTooLong();

  expect(await refusal()).toMatch(/3\d s behind/);
});

test('a few tickets that waited for a worker that died keep nobody out', async () => {
  await letIn(backlog.slice(0, 1_000));
  await begin();
  await pass(60_000);
  await begin(false);

  expect(await refusal()).toBeUndefined();
});

test('a live match still gets company: that takes tickets out of the pool', async () => {
  await backfillSteps(() => domain).play('running', 'p');
  await letIn(backlog);
  await cycleTooLong();
  expect(await refusal()).toBeDefined();

  const players = [{ ...aPlayer('p'), team: 'side_1' }];
  expect(await domain.tickets.backfill(aBackfill('company', players))).toMatchObject({
    verdict: { kind: 'searching' },
  });
});

test('once nobody sees it any more, tickets are taken again, for when somebody does', async () => {
  await letIn(backlog);
  await cycleTooLong();
  expect(await refusal()).toBeDefined();
  expect(await domain.redis.pttl(domain.key('behind:duel'))).toBe(-1);

  await pass(10_000);

  expect(await refusal()).toBeUndefined();
});

/** Cycles of a real mirror; each decision of matches takes as long. */
function openCycles(ms: number, handOver: (jobId: string) => Promise<void> = async () => undefined) {
  const seen: (CycleState | undefined)[] = [];
  let commits = 0;
  const pool = poolWith(domain.pool, {
    mirror: {
      catchUp: (...args) => {
        seen.push(args[4]);
        return domain.pool.mirror.catchUp(...args);
      },
    },
    matches: {
      commit: async (...args) => {
        commits++;
        await pass(ms);
        return domain.pool.matches.commit(...args);
      },
    },
  });
  const mirror = openMirror(pool, 'duel', { ticketsPerPage: 1_000, pagesAtOnce: 1 });
  const stores = cycleStores(pool, { handOver });
  return { cycle: () => runCycle(mirror, stores), seen, commits: () => commits };
}

test('a cycle that goes on deciding for long keeps new tickets out while it does', async () => {
  await letIn([...backlog, ...backlog.map((id) => `${id}b`)]);
  const { cycle } = openCycles(16_000);

  await cycle();

  expect(await refusal()).toContain('s behind');
});

test('cycles that cannot decide what they form, the outbox being full, fall behind too', async () => {
  await letIn(backlog);
  const full = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, '{}']));
  await domain.redis.hset(domain.key('outbox'), full);
  const { cycle } = openCycles(0);
  for (let cycles = 0; cycles < 5; cycles++) {
    await cycle();
    await pass(10_000);
  }
  await cycle();

  expect(await refusal()).toMatch(/[345]\d s behind/);
});

test('a cycle says once that it begins, and whether it has read its pool to the end', async () => {
  await letIn([...backlog, 'one', 'more']);
  const { cycle, seen } = openCycles(0);

  while (await cycle());

  expect(seen.filter((it) => it?.begins).map((it) => it?.whole)).toEqual([false, true, true]);
  expect(seen).not.toContain(undefined);
});

test('matches are handed over while the next are decided', async () => {
  await letIn(backlog);
  const begunBefore: number[] = [];
  const { cycle, commits } = openCycles(0, async () => {
    begunBefore.push(commits());
    await expect.poll(commits).toBeGreaterThan(1);
  });

  await cycle();

  // 500 matches are decided by three calls, the last of which has nothing after it.
  expect(begunBefore).toEqual([2, 3, 3]);
});
