import { Redis } from 'ioredis';
import { expect, inject, test, vi } from 'vitest';
import { cacheAccess, queueAccess } from '../../infra/aws/access.ts';
import { openClient } from '../../producers/client.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet, soloist } from '../support/fleet.ts';

const eventually = { timeout: 15_000, interval: 25 };

/** The URL of a server for a user with these rules, who is gone with the test. */
async function loginFor(variable: string, name: string, access: string) {
  const url = new URL(inject('stackEnv')[variable] ?? '');
  const admin = new Redis(url.href);
  await admin.call('ACL', 'SETUSER', name, 'reset', '>secret', ...access.split(' '));
  url.username = name;
  url.password = 'secret';
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await admin.call('ACL', 'DELUSER', name);
      admin.disconnect();
    },
  };
}

test('the Valkey users of the AWS stack may do all a fleet does, from session to rating', async () => {
  await using fleet = await openFleet();
  await using queue = await loginFor('QUEUE_REDIS_URL', fleet.own('queue'), queueAccess(fleet.domain));
  await using cache = await loginFor('CACHE_REDIS_URL', fleet.own('cache'), cacheAccess());
  await fleet.startWorker({ QUEUE_REDIS_URL: queue.url, CACHE_REDIS_URL: cache.url });
  await using client = await openClient({ redisUrl: queue.url, domain: fleet.domain });

  await client.putRuleSet({ name: 'access', body: duelRuleSet });
  await client.putConfiguration({ name: 'access', ruleSetName: 'access', requestTimeoutSeconds: 60 });
  const { sessionId } = await client.createSession({ playerId: fleet.own('ann') });
  const { ticketId } = await client.startMatchmaking(soloist('access', fleet.own('ann')));
  await client.startMatchmaking(soloist('access', fleet.own('bob')));

  await vi.waitFor(async () => {
    expect((await client.describeMatchmaking([ticketId]))[0]?.status).toBe('COMPLETED');
    expect(await fleet.cacheRedis.hget(`sessions:${sessionId}`, 'status')).toBe('IN_MATCH');
  }, eventually);
});

test('they may not look at another domain, at every key, or at the configuration', async () => {
  await using fleet = await openFleet();
  await using queue = await loginFor('QUEUE_REDIS_URL', fleet.own('queue'), queueAccess(fleet.domain));
  const redis = new Redis(queue.url);

  expect(await redis.info('memory')).toContain('maxmemory_policy');
  expect(await redis.client('LIST')).toContain('name=');
  const forbidden: [string, ...string[]][] = [
    ['GET', '{other.matchmaking}:clock'],
    ['KEYS', '*'],
    ['CONFIG', 'GET', 'maxmemory'],
    ['FLUSHALL'],
    ['SCRIPT', 'FLUSH'],
  ];
  for (const [name, ...args] of forbidden)
    await expect(redis.call(name, ...args), `${name} ${args.join(' ')}`).rejects.toThrow(/NOPERM/);
  redis.disconnect();
});
