import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import type { ClientOptions } from '../../producers/client-options.ts';
import { duel, openClientDomain, redisUrl } from '../support/client-domain.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { openProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let domain: Awaited<ReturnType<typeof openClientDomain>>['domain'];
/** A client that is never cut off. */
let client: FleetClient;
let proxy: TcpProxy;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
  proxy = await openProxy(redisUrl());
  onTestFinished(() => proxy.cut());
});

/** Clients see that the connection is gone. */
let forget: () => unknown;
let noticed: () => Promise<unknown>;

/** A client whose connection the test cuts and mends. */
async function openBehind(options: Partial<ClientOptions> = {}, port = proxy.port) {
  const onError = vi.fn();
  forget = () => onError.mockClear();
  // A broken connection may still count as ready for a moment; one that is refused does not.
  const refused = expect.objectContaining({ code: 'ECONNREFUSED' });
  noticed = () => vi.waitFor(() => expect(onError).toHaveBeenCalledWith(refused), 10_000);
  const redisUrl = `redis://127.0.0.1:${port}`;
  const behind = await openClient({ redisUrl, domain: domain.domain, onError, ...options });
  onTestFinished(() => behind[Symbol.asyncDispose]());
  return behind;
}

/** Cuts the connection and lets the client see it. */
async function cut() {
  forget();
  await proxy.cut();
  await noticed();
}

const sessions = async () =>
  (await queuesOf(client)['session-creation'].getWaiting()).flatMap(
    (job) => job.data.items as { playerId: string }[],
  );
const unavailable = { name: 'RequestError', code: 'unavailable' };

describe('by default a client fails fast', () => {
  test('opening it without a server fails with the reason', async () => {
    await expect(openClient({ redisUrl: 'redis://127.0.0.1:1' })).rejects.toMatchObject(unavailable);
  });

  test('a call on a lost connection is refused at once, and the connection comes back by itself', async () => {
    const behind = await openBehind();
    await behind.createSession({ playerId: 'before' });
    await cut();

    await expect(behind.createSession({ playerId: 'away' })).rejects.toMatchObject(unavailable);
    await expect(behind.startMatchmaking(duel('away'))).rejects.toMatchObject(unavailable);

    await proxy.mend();
    await vi.waitFor(() => behind.createSession({ playerId: 'after' }), 10_000);
    expect((await sessions()).map((it) => it.playerId)).not.toContain('away');
  });
});

describe('told to wait, a client', () => {
  test('holds calls back while Redis is away and makes them when it is there again', async () => {
    const behind = await openBehind({ whenAway: 'wait' });
    await cut();
    const calls = ['a', 'b', 'c'].map((playerId) => behind.createSession({ playerId }));
    const started = behind.startMatchmaking(duel('d', 'waited'));
    expect(await sessions()).toEqual([]);

    await proxy.mend();
    await Promise.all(calls);

    expect(await started).toMatchObject({ ticketId: 'waited', status: 'SEARCHING' });
    expect((await sessions()).map((it) => it.playerId).sort()).toEqual(['a', 'b', 'c']);
  });

  test('waits no longer than it was told', async () => {
    const behind = await openBehind({ whenAway: 'wait', waitMs: 1_000 });
    await cut();

    await expect(behind.createSession({ playerId: 'late' })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('1000 ms'),
    });
    await proxy.mend();
    await vi.waitFor(() => behind.createSession({ playerId: 'after' }), 10_000);
    expect((await sessions()).map((it) => it.playerId)).not.toContain('late');
  });

  test('refuses calls beyond the number it was told to hold', async () => {
    const behind = await openBehind({ whenAway: 'wait', maxWaiting: 2 });
    await cut();
    const held = ['a', 'b'].map((playerId) => behind.createSession({ playerId }));

    await expect(behind.createSession({ playerId: 'c' })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('2 calls wait'),
    });
    await proxy.mend();
    await Promise.all(held);
  });

  test('is opened before Redis is there', async () => {
    await proxy.cut();
    const opening = openBehind({ whenAway: 'wait' });
    await proxy.mend();

    await (await opening).createSession({ playerId: 'early' });
    await expect(openBehind({ whenAway: 'wait', waitMs: 50 }, 1)).rejects.toMatchObject(unavailable);
  });

  test('refuses the calls it held once it is closed', async () => {
    const behind = await openBehind({ whenAway: 'wait' });
    await cut();
    const held = behind.createSession({ playerId: 'held' });
    const refused = expect(held).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('client is closed'),
    });

    await behind[Symbol.asyncDispose]();
    await refused;
  });

  test('sends again what was on its way when the connection broke, and it happens once (invariant 1)', async () => {
    const cutting = await openProxy(redisUrl(), 'broken-off');
    onTestFinished(() => cutting.cut());
    const behind = await openBehind({ whenAway: 'wait' }, cutting.port);
    const started = behind.startMatchmaking(duel('p', 'broken-off'));
    setTimeout(() => void cutting.mend(), 100);

    expect(await started).toMatchObject({ ticketId: 'broken-off', status: 'SEARCHING' });
    const { tickets } = await domain.pool.mirror.readPool('duel', 0, 10);
    expect(tickets.map((it) => [it.ticketId, it.revision])).toEqual([['broken-off', 1]]);
  });
});

describe('an abort signal', () => {
  test('aborted while Redis is away, takes the call back: it is never sent', async () => {
    const behind = await openBehind({ whenAway: 'wait' });
    await cut();
    const leaving = new AbortController();
    const call = behind.createSession({ playerId: 'gone' }, { signal: leaving.signal });
    const stays = behind.createSession({ playerId: 'stays' });
    leaving.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });

    await proxy.mend();
    await stays;
    expect((await sessions()).map((it) => it.playerId)).toEqual(['stays']);
  });
});

describe('the memory of the queue Redis', () => {
  test('past the limit keeps new work out with the figure, and lets in what ends work', async () => {
    await client.startMatchmaking(duel('p', 'inside'));
    const limited = await openBehind({ memoryLimit: 0.000_01 });
    const refused = {
      ...unavailable,
      message: expect.stringMatching(/uses \d+ % of its memory; new work is refused from 0 % on/),
    };

    await expect(limited.createSession({ playerId: 'p' })).rejects.toMatchObject(refused);
    await expect(limited.startMatchmaking(duel('q'))).rejects.toMatchObject(refused);
    await expect(
      limited.reportMatchResult({ matchId: 'm', teams: [{ name: 'a', rank: 1 }] }),
    ).rejects.toMatchObject(refused);

    expect(await limited.describeMatchmaking(['inside'])).toHaveLength(1);
    await limited.stopMatchmaking('inside');
    const tag = poolTag(domain.domain);
    await domain.redis.hset(`${tag}:live:m`, 'configuration', 'duel', 'in:p', '');
    await domain.redis.set(`${tag}:player:p`, '\nm\n\n\n');
    await limited.playerLeft({ matchId: 'm', playerId: 'p' });
  });

  test('a client that asks for more than Redis takes is refused new work, and lets in what ends work', async () => {
    const eager = await openBehind({ maxUnderWay: 2 });

    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) => eager.startMatchmaking(duel(id, id))),
    );

    expect(outcomes.map((it) => it.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({
      reason: { ...unavailable, message: expect.stringContaining('2 calls of this client are under way') },
    });
    await Promise.all(['a', 'b', 'a', 'b'].map((id) => eager.stopMatchmaking(id)));
    await eager.startMatchmaking(duel('c', 'c'));
  });

  test('of a call with more tickets than may be under way the first start, and each of the others is refused', async () => {
    const eager = await openBehind({ maxUnderWay: 2 });

    const results = await eager.startMatchmakingAll(['a', 'b', 'c', 'd'].map((id) => duel(id, id)));

    const refusal = { status: 'rejected', reason: unavailable };
    expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }, refusal, refusal]);
    expect((await domain.pool.mirror.readPool('duel', 0, 10)).tickets).toHaveLength(2);
  });

  test.each([
    ['memoryLimit', { memoryLimit: 1.5 }],
    ['waitMs', { waitMs: 0 }],
    ['whenAway', { whenAway: 'perhaps' as never }],
  ])('a bad %s is refused by name', async (field, options) => {
    await expect(openBehind(options)).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining(field),
    });
  });
});
