import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { startTickets } from '../../workers/matchmaking/start-matchmaking.ts';
import { openCompiled } from '../../workers/pool/compiled.ts';
import { aConfiguration, duelRuleSet, splitOf } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { perform } from '../support/fleet-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

/** `duel`, where both players must want the same mode. */
const byMode = JSON.stringify({
  ...JSON.parse(duelRuleSet),
  playerAttributes: [{ name: 'mode', type: 'string', default: 'casual' }],
  rules: [{ name: 'SameMode', type: 'batchDistance', batchAttribute: 'mode' }],
});

let domain: Awaited<ReturnType<typeof openPoolSteps>>;
let woken: Set<string>;
beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  woken = new Set();
});

const installed = (version: number, body: string) => ({
  ...aConfiguration(version),
  ruleSet: { name: 'duel', version, body },
  split: splitOf(body),
});
const wants = (ticketId: string, mode?: string) => ({
  ticketId,
  configuration: 'duel',
  players: [{ playerId: ticketId, attributes: mode ? { mode: { S: mode } } : {} }],
});
/** Starts tickets as a worker that has just started would. */
const start = async (...tickets: ReturnType<typeof wants>[]) => {
  const { pool } = domain;
  const wake = async (name: string) => void woken.add(name);
  const handle = startTickets({
    ...{ pool, compiled: openCompiled(pool), wake },
    tickets: { find: async () => [] },
  });
  expect(await perform(handle, tickets)).toMatchObject({ kind: 'done', refusals: [] });
};
const waiting = async (pool: string) =>
  (await domain.pool.mirror.readPool(pool, 0, 100)).tickets.map((it) => it.ticketId);
const pools = async () => (await domain.redis.smembers(domain.key('pools:duel'))).sort();
const due = () => domain.redis.zrange(domain.key('due'), '0', '-1');
const cycle = async (pool: string) => {
  const stores = cycleStores(domain.pool);
  const mirror = openMirror(domain.pool, pool);
  while (await runCycle(mirror, stores));
};

test('tickets wait in the pool of their value, and each pool is woken and matched by itself', async () => {
  await domain.pool.settings.install(installed(2, byMode));

  await start(wants('a', 'ranked'), wants('b'), wants('c', 'ranked'), wants('d', 'casual'));

  expect(await waiting('duel/ranked')).toEqual(['a', 'c']);
  expect(await waiting('duel/casual')).toEqual(['b', 'd']);
  expect([...woken].sort()).toEqual(['duel/casual', 'duel/ranked']);
  await cycle('duel/ranked');
  expect(await domain.statusOf('a')).toBe('PLACING');
  expect(await domain.statusOf('b')).toBe('SEARCHING');
  expect(await pools()).toEqual(['duel/casual']);
});

test('a new rule set that splits otherwise moves the waiting to their new pools, with their age kept', async () => {
  await start(wants('a', 'ranked'), wants('b', 'casual'), wants('c', 'ranked'));
  await cycle('duel');
  expect(await pools()).toEqual(['duel']);
  const [before] = (await domain.pool.mirror.readPool('duel', 0, 10)).tickets;
  await domain.pool.settings.install(installed(3, byMode));
  expect(await due()).toContain('duel');

  await cycle('duel');

  const left = before?.ticketId ?? '';
  const mode = left === 'b' ? 'casual' : 'ranked';
  expect(await pools()).toEqual([`duel/${mode}`]);
  expect(await due()).toContain(`duel/${mode}`);
  const [after] = (await domain.pool.mirror.readPool(`duel/${mode}`, 0, 10)).tickets;
  expect(after).toMatchObject({
    ticketId: left,
    sequence: before?.sequence,
    startTime: before?.startTime,
    deadline: before?.deadline,
  });
  expect(after?.revision).not.toBe(before?.revision);
});

test('moving a ticket that left the pool meanwhile changes nothing', async () => {
  await domain.search('a', 'b');
  await domain.pool.tickets.stop('b');

  expect(
    await domain.pool.tickets.move('duel', [
      { ticketId: 'a', pool: 'duel/x' },
      { ticketId: 'b', pool: 'duel/x' },
    ]),
  ).toEqual([1, 0]);
  expect(await domain.statusOf('b')).toBe('CANCELLED');
  expect(await waiting('duel/x')).toEqual(['a']);
});

test('an empty pool is forgotten, and a mirror of it sees that when it comes back', async () => {
  await domain.search('a');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.pool.tickets.stop('a');
  for (const key of ['changes-head:duel', 'changes:duel'])
    expect(await domain.redis.ttl(domain.key(key))).toBeGreaterThan(3_000);

  await domain.redis.del(domain.key('changes-head:duel'), domain.key('changes:duel'));
  await domain.search('b');

  for (const key of ['changes-head:duel', 'changes:duel'])
    expect(await domain.redis.ttl(domain.key(key))).toBe(-1);
  await mirror.catchUp();
  expect([...mirror.tickets].map((it) => it.ticketId)).toEqual(['b']);
});

test('pools of a configuration are due when a new version is installed, wherever their tickets are', async () => {
  await domain.pool.settings.install(installed(2, byMode));
  await start(wants('a', 'ranked'), wants('b', 'casual'));
  await domain.redis.del(domain.key('due'));

  await domain.pool.settings.install(installed(3, byMode));

  expect((await due()).sort()).toEqual(['duel/casual', 'duel/ranked']);
});
