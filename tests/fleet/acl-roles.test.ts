import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { cacheAccess, cacheCommands, type QueueRole, queueCommands } from '../../infra/aws/data/access.ts';

import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { namedInCode, type Role, recordCommands } from '../support/commands-used.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';
import { openRole, openUser } from '../support/redis-user.ts';

/** A busy machine is slow at a worker's start. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const roles: readonly QueueRole[] = ['producer', 'worker', 'operator'];
const eventually = { timeout: 60_000, interval: 50 };

/** Commands a role has though the recorded journey cannot show them, and why. */
const unseen: Readonly<Record<string, string>> = {
  eval: 'a script the server does not hold yet, so only the first fleet on a server gives it',
  'client|setname': 'ioredis and BullMQ name some connections only',
  'client|list': 'MONITOR shows no administrative command; counts the workers of a queue',
  'cluster|slots': 'cluster mode',
  'cluster|info': 'cluster mode',
  asking: 'cluster mode, while slots move',
  readonly: 'cluster mode, connections to replicas',
};

const forbidden = [
  'HGETALL {other.matchmaking}:outbox',
  'SET anything 1',
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'SCAN 0',
  'CONFIG GET maxmemory',
  'SCRIPT FLUSH',
  'FUNCTION FLUSH',
  'DEBUG SLEEP 0',
  'SHUTDOWN NOSAVE',
  'ACL LIST',
  'MONITOR',
  'CLIENT KILL TYPE normal',
  'SUBSCRIBE news',
  'REPLICAOF NO ONE',
];

test('each role has the commands its code uses and no other: nothing is refused from session to rating', async () => {
  await using fleet = await openFleet();
  await using producer = await openRole(fleet.domain, 'producer');
  await using worker = await openRole(fleet.domain, 'worker');
  await using operator = await openRole(fleet.domain, 'operator');
  await using cache = await openUser('CACHE_REDIS_URL', fleet.own('cache'), cacheAccess());
  using onQueue = await recordCommands(worker.admin);
  using onCache = await recordCommands(cache.admin);
  await fleet.startWorker({ QUEUE_REDIS_URL: worker.url, CACHE_REDIS_URL: cache.url });
  await using client = await openClient({
    ...{ redisUrl: producer.url, domain: fleet.domain },
    operatorKey: fleet.env['OPERATOR_KEY'] ?? '',
  });
  await play(fleet, client);
  await operate(fleet, operator.url);

  for (const user of [producer, worker, operator, cache]) expect(await user.refused(), user.name).toEqual([]);
  for (const [role, { name, admin }] of Object.entries({ producer, worker, operator, cache })) {
    const recorded = role === 'cache' ? onCache : onQueue;
    const used = (await recorded.usedBy(name)).union(await namedInCode(admin, role as Role));
    const list = new Set(role === 'cache' ? cacheCommands : queueCommands(role as QueueRole));
    const unused = [...list.difference(used)].filter((command) => !(command in unseen));
    expect({ missing: [...used.difference(list)], unused }, role).toEqual({ missing: [], unused: [] });
  }
});

/** What an upstream service does with a match, from settings to the rating of its result. */
async function play({ own, cacheRedis }: Fleet, client: Fleet['client']) {
  await client.putRuleSet({ name: 'access', body: duelRuleSet });
  await client.putConfiguration({ name: 'access', ruleSetName: 'access', requestTimeoutSeconds: 60 });
  const { sessionId } = await client.createSession({ playerId: own('ann') });
  const { ticketId } = await client.startMatchmaking(soloist('access', own('ann')));
  await client.startMatchmaking(soloist('access', own('bob')));
  await vi.waitFor(async () => {
    expect((await client.describeMatchmaking([ticketId]))[0]?.status).toBe('COMPLETED');
    expect((await client.describeSession(sessionId))?.status).toBe('IN_MATCH');
  }, eventually);
  const [{ matchId = '' } = {}] = await client.describeMatchmaking([ticketId]);
  await client.reportMatchResult({
    matchId,
    teams: [
      { name: 'side_1', rank: 1 },
      { name: 'side_2', rank: 2 },
    ],
  });
  await vi.waitFor(
    async () => expect(await cacheRedis.hget(`ratings:${own('ann')}`, 'rating')).not.toBeNull(),
    eventually,
  );
  const failing = await queuesOf(client).maintenance.add('dance', { kind: 'dance', items: [{}] });
  await expect.poll(() => failing.getState(), eventually).toBe('failed');
  for await (const item of client.events({ from: 0 })) if (item.kind === 'event') break;
}

/** What people do at the command line, a failed job included. */
async function operate({ domain }: Fleet, redisUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'acl-'));
  const cli = openCliHere(domain, folder, redisUrl);
  for (const line of [
    'pool list',
    'pool show access',
    'configuration list',
    'queue pause rating-update',
    'queue resume rating-update',
    'queue failed maintenance',
    'queue retry maintenance',
    'queue list',
  ])
    expect(await cli(...line.split(' ')), line).toMatchObject({ code: 0 });
  await rm(folder, { recursive: true });
}

test.each(roles)(
  'the role %s may not look at another domain, at every key or at the server',
  async (role) => {
    await using fleet = await openFleet();
    await using user = await openRole(fleet.domain, role);
    const redis = new Redis(user.url);

    expect(await redis.info('memory')).toContain('maxmemory_policy');
    expect(await redis.get(fleet.key('sequence'))).toBeNull();
    await expect(redis.get('{other.matchmaking}:clock')).rejects.toThrow('NOPERM');
    for (const call of ["'GET', '{other.matchmaking}:clock'", "'FLUSHDB'", "'KEYS', '*'"])
      await expect(redis.eval(`return redis.call(${call})`, 0), call).rejects.toThrow(/ACL failure/);

    // Asked of the access rules alone: should one of these be open, the stack survives the test.
    for (const command of forbidden)
      expect(await user.admin.call('ACL', 'DRYRUN', user.name, ...command.split(' ')), command).toMatch(
        /no permissions|permission/i,
      );
    redis.disconnect();
  },
);

test("the session cache's user has no command but those of sessions, ratings and turns, and no other key", async () => {
  await using user = await openUser('CACHE_REDIS_URL', `cache-${process.pid}`, cacheAccess());

  for (const command of [
    ...forbidden,
    'HGETALL players:ann',
    'DEL sessions:s',
    'SET sessions:s x',
    'SMEMBERS sessions:s',
  ])
    expect(await user.admin.call('ACL', 'DRYRUN', user.name, ...command.split(' ')), command).toMatch(
      /no permissions|permission/i,
    );
  expect(await user.admin.call('ACL', 'DRYRUN', user.name, 'HGETALL', 'sessions:s')).toBe('OK');
});
