import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openClient } from '../../producers/client.ts';
import { duel, openClientDomain, redisUrl } from '../support/client-domain.ts';
import { openRole } from '../support/redis-user.ts';

let domain: string;
beforeEach(async () => {
  const opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
  domain = opened.domain.domain;
});

const closed = {
  name: 'RequestError',
  code: 'unavailable',
  message: expect.stringContaining('client is closed'),
};

describe("a client's Symbol.asyncDispose", () => {
  test('closes every connection, those of its readers of events too, and ends them', async () => {
    await using user = await openRole(domain, 'producer');
    const client = await openClient({ redisUrl: user.url, domain });
    await client.startMatchmaking(duel('p'));
    const heard: string[] = [];
    const reading = (async () => {
      for await (const item of client.events()) heard.push(item.kind);
    })();
    const held = client.events();
    void held.next().catch(() => undefined);
    await vi.waitFor(async () => expect(await user.connections()).toBeGreaterThanOrEqual(3), 10_000);

    await client[Symbol.asyncDispose]();
    await reading;

    await vi.waitFor(async () => expect(await user.connections()).toBe(0), 10_000);
    expect(heard).toEqual([]);
  });

  test.each(['fail', 'wait'] as const)(
    'has every later call refused at once, told to %s while Redis is away',
    async (whenAway) => {
      const client = await openClient({ redisUrl: redisUrl(), domain, whenAway });
      const calls = Object.entries(client).filter(
        ([name, it]) => typeof it === 'function' && name !== 'events',
      );
      await client[Symbol.asyncDispose]();
      const from = performance.now();

      for (const [name, call] of calls) {
        const given = Array((call as { length: number }).length).fill([{}]);
        const [outcome] = await Promise.allSettled([Reflect.apply(call as never, client, given)]);
        const outcomes = outcome.status === 'fulfilled' ? outcome.value : [outcome];
        expect(outcomes, name).toMatchObject([{ status: 'rejected', reason: closed }]);
      }
      expect(() => client.events()).toThrow(expect.objectContaining(closed));
      expect(performance.now() - from).toBeLessThan(5_000);
      await client[Symbol.asyncDispose]();
    },
  );

  test('lets a plain Node process end by itself, whatever it did before', async () => {
    const module = new URL('../../producers/client.ts', import.meta.url).href;
    const program = `import { openClient } from '${module}';
      const client = await openClient({ redisUrl: process.env.REDIS_URL, domain: process.env.DOMAIN });
      await client.createSession({ playerId: 'p' });
      const events = client.events();
      const reading = events.next();
      await client.readRecord('players', 'p', { signal: AbortSignal.timeout(100) }).catch(() => undefined);
      await client[Symbol.asyncDispose]();
      console.log('closed', (await reading).done);`;
    const env = { PATH: process.env['PATH'], REDIS_URL: redisUrl(), DOMAIN: domain };
    const args = ['--input-type=module', '--eval', program];

    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 });
    expect(stdout).toBe('closed true\n');
  });
});
