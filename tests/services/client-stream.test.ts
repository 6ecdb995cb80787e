import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FleetClient } from '../../producers/client.ts';
import { aTicket } from '../support/builders.ts';
import { duel, openClientDomain } from '../support/client-domain.ts';
import { openRollback } from '../support/store-rollback.ts';

let domain: Awaited<ReturnType<typeof openClientDomain>>['domain'];
let client: FleetClient;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
});

describe('events', () => {
  const collect = async (from: string | 0 | undefined, count: number) => {
    const items = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const item of client.events({ ...(from !== undefined && { from }), signal })) {
      items.push(item);
      if (items.length === count) break;
    }
    return items;
  };
  const search = async (...ids: string[]) => {
    for (const id of ids) await client.startMatchmaking(duel(id, id));
  };

  test('come in the shape FlexMatch gives them, and resume after a position', async () => {
    await search('a', 'b');
    const [first] = await collect(0, 1);
    const [second] = await collect(first?.position, 1);

    expect(first).toMatchObject({
      kind: 'event',
      event: {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'GameLift Matchmaking Event',
        source: 'aws.gamelift',
        resources: ['arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/duel'],
        detail: {
          type: 'MatchmakingSearching',
          tickets: [{ ticketId: 'a', startTime: expect.stringMatching(/Z$/), players: [{ playerId: 'a' }] }],
          gameSessionInfo: { players: [{ playerId: 'a' }] },
          estimatedWaitMillis: 'NOT_AVAILABLE',
        },
      },
    });
    expect(second).toMatchObject({ event: { detail: { tickets: [{ ticketId: 'b' }] } } });
  });

  test('a reader that fell behind retention is told of the gap (invariant 8)', async () => {
    await search('a', 'b', 'c');
    const [first] = await collect(0, 1);
    await domain.redis.xtrim(`{${domain.domain}.matchmaking}:events`, 'MAXLEN', 1);

    const [gap, next] = await collect(first?.position, 2);

    expect(gap).toEqual({ kind: 'gap', from: first?.position, position: expect.stringMatching(/^2-/) });
    expect(next).toMatchObject({ event: { detail: { tickets: [{ ticketId: 'c' }] } } });
  });

  const of = (ticketId: string) => ({ event: { detail: { tickets: [{ ticketId }] } } });

  test.each([0, 1, 2, 3])(
    'a reader whose store lost two events is told, also when %i others came since (invariant 8)',
    async (count) => {
      const others = ['d', 'e', 'f'].slice(0, count);
      await search('a');
      const goBack = await openRollback(domain.redis, domain.domain);
      await search('b', 'c');
      const events = client.events({ from: 0, signal: AbortSignal.timeout(10_000) });
      const next = async () => (await events.next()).value;
      const [a, , c] = [await next(), await next(), await next()];
      expect([a, c]).toMatchObject([of('a'), of('c')]);

      await goBack();
      await search(...others);

      expect(await next()).toEqual({ kind: 'gap', from: c?.position, position: a?.position });
      for (const ticketId of others) expect(await next()).toMatchObject(of(ticketId));
    },
  );

  test.each([0, 1, 2, 3])(
    'a reader that resumes on a store that lost two events, and has %i others since, is told and gets all (invariant 8)',
    async (count) => {
      const others = ['d', 'e', 'f'].slice(0, count);
      await search('a');
      const goBack = await openRollback(domain.redis, domain.domain);
      await search('b', 'c');
      const [, , c] = await collect(0, 3);
      await goBack();
      await search(...others);

      const [gap, ...rest] = await collect(c?.position, 2 + count);

      expect(gap).toMatchObject({ kind: 'gap', from: c?.position });
      expect(rest).toMatchObject(['a', ...others].map(of));
    },
  );

  test('events of one call have positions of their own, each of which a reader resumes after (invariant 8)', async () => {
    await search('before');
    const startAll = () => domain.tickets.start(['a', 'b', 'c'].map((id) => aTicket(id)));
    const goBack = await openRollback(domain.redis, domain.domain);
    await startAll();
    const [, a, b, c] = await collect(0, 4);
    await search('after');

    expect(await collect(a?.position, 3)).toMatchObject([of('b'), of('c'), of('after')]);
    expect(await collect(b?.position, 2)).toMatchObject([of('c'), of('after')]);
    expect(await collect(c?.position, 1)).toMatchObject([of('after')]);
    await goBack();
    await startAll();
    const [gap, ...again] = await collect(b?.position, 4);
    expect(gap).toMatchObject({ kind: 'gap', from: b?.position });
    expect(again).toMatchObject([of('a'), of('b'), of('c')]);
  });

  test.each(['7', '-1', '1-2/3', 'latest', '9'.repeat(99)])(
    'what is no position is refused: %s',
    async (from) => {
      await expect(collect(from, 1)).rejects.toMatchObject({
        code: 'invalid-request',
        message: expect.stringMatching(/^from: .* is no position/),
      });
    },
  );

  test('a reader whose wait a failover breaks off reads on (invariant 8)', async () => {
    const readers = async () => {
      const list = String(await domain.redis.client('LIST'));
      return [...list.matchAll(/^id=(\d+) .*cmd=xread /gm)].map(([, id = '']) => id);
    };
    const others = await readers();
    const events = client.events({ signal: AbortSignal.timeout(10_000) });
    const heard = events.next();
    const own = async () => (await readers()).filter((id) => !others.includes(id));
    await vi.waitUntil(async () => (await own()).length > 0);

    for (const id of await own()) await domain.redis.client('UNBLOCK', id, 'ERROR');
    await search('a');

    expect((await heard).value).toMatchObject({ event: { detail: { tickets: [{ ticketId: 'a' }] } } });
    await events.return(undefined);
  });
});
