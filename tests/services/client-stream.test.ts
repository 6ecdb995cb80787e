import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { MatchmakingClient } from '../../producers/client.ts';
import { duel, openClientDomain } from '../support/client-domain.ts';

let domain: Awaited<ReturnType<typeof openClientDomain>>['domain'];
let client: MatchmakingClient;

beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  ({ domain, client } = opened);
});

describe('events', () => {
  const collect = async (from: number | undefined, count: number) => {
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

    expect(gap).toEqual({ kind: 'gap', from: 1, position: 2 });
    expect(next).toMatchObject({ event: { detail: { tickets: [{ ticketId: 'c' }] } } });
  });

  test('a reader whose store lost events is told, also when others have their numbers by then (invariant 8)', async () => {
    const at = (name: string) => `{${domain.domain}.matchmaking}:${name}`;
    await search('a', 'b', 'c');
    const events = client.events({ from: 0, signal: AbortSignal.timeout(10_000) });
    const next = async () => (await events.next()).value;
    for (const ticketId of ['a', 'b', 'c'])
      expect(await next()).toMatchObject({ event: { detail: { tickets: [{ ticketId }] } } });

    // A replica that never heard of `b` and `c` takes over and goes on.
    const [first] = await domain.redis.xrange(at('events'), '-', '+', 'COUNT', 1);
    await domain.redis.del(at('events'));
    await domain.redis.xadd(at('events'), '1-0', ...(first?.[1] ?? []));
    await domain.redis.set(at('event-number'), 1);
    await search('d', 'e', 'f');

    expect(await next()).toEqual({ kind: 'gap', from: 3, position: 1 });
    for (const [index, ticketId] of ['d', 'e', 'f'].entries())
      expect(await next()).toMatchObject({
        position: index + 2,
        event: { detail: { tickets: [{ ticketId }] } },
      });
  });

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
