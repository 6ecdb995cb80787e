import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noId } from '../../jobs/chain.ts';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { setPaused } from '../support/office.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

describe('a paused configuration', () => {
  let domain: Awaited<ReturnType<typeof openPoolSteps>>;
  let cycle: () => Promise<boolean>;

  beforeEach(async () => {
    domain = await openPoolSteps();
    onTestFinished(() => domain[Symbol.asyncDispose]());
    const mirror = openMirror(domain.pool, 'duel');
    const stores = cycleStores(domain.pool);
    cycle = () => runCycle(mirror, stores);
  });

  const outbox = () => domain.redis.hlen(domain.key('outbox'));

  test('forms no match, lets tickets in and times them out; resumed, it matches who waits', async () => {
    await setPaused(domain.pool, 'duel', true);
    await domain.search('a', 'b');
    await domain.start({ ...aTicket('late'), timeoutMs: -1 });

    while (await cycle());
    expect(await domain.statusOf('late')).toBe('TIMED_OUT');
    expect([await domain.statusOf('a'), await outbox()]).toEqual(['SEARCHING', 0]);

    await setPaused(domain.pool, 'duel', false);
    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
    await cycle();
    expect([await domain.statusOf('a'), await outbox()]).toEqual(['PLACING', 1]);
  });

  test('is woken for the next time-out and for nothing else', async () => {
    await domain.search('a', 'b');
    await setPaused(domain.pool, 'duel', true);
    await cycle();

    const due = Number(await domain.redis.zscore(domain.key('due'), 'duel'));

    expect(due - (await domain.now())).toBeGreaterThan(50_000);
  });

  test('refuses what a cycle formed before the pause, so that no match follows its acknowledgement', async () => {
    await domain.search('a', 'b');
    const formed = await domain.commitOf('m', 'a', 'b');
    await setPaused(domain.pool, 'duel', true);

    const { verdicts } = await domain.pool.matches.commit('duel', [formed]);

    expect(verdicts).toEqual(['paused']);
    expect([await domain.statusOf('a'), await outbox()]).toEqual(['SEARCHING', 0]);
  });

  test('that is paused and resumed during a cycle is not slept through', async () => {
    await domain.search('a', 'b');
    const { latest: position } = await domain.pool.mirror.readPool('duel', 0, 10);
    const pausedSince = await setPaused(domain.pool, 'duel', true);
    await setPaused(domain.pool, 'duel', false);

    await domain.pool.mirror.rest(
      'duel',
      { configuration: 'duel', version: 1, position, pausedSince },
      undefined,
    );

    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
  });

  test('goes on with proposals that were made before: their players decide', async () => {
    await domain.search('a', 'b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')], 60_000);
    await setPaused(domain.pool, 'duel', true);

    const accept = (id: string) =>
      domain.pool.tickets.accept({ ticketId: id, matchId: 'm', acceptance: 'ACCEPT', playerIds: [id] });
    await accept('a');
    expect(await accept('b')).toMatchObject({ outcome: 'decided' });
  });

  test('stays paused through new versions', async () => {
    const since = await setPaused(domain.pool, 'duel', true);
    await domain.pool.settings.install(aConfiguration(2));
    expect((await domain.pool.mirror.catchUp('duel', 'duel', noId, 1)).pausedSince).toBe(since);
    await setPaused(domain.pool, 'duel', false);
    expect((await domain.pool.mirror.catchUp('duel', 'duel', noId, 1)).pausedSince).toBeUndefined();
  });
});
