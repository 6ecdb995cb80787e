import { queueNames } from '../../../jobs/contract.ts';
import { guardedTag, poolTag, queuePrefix, ratingCacheKey, sessionCacheKey } from '../../../jobs/keys.ts';

/** Who logs in to the queue cluster: upstream services, the fleet's tasks, people at the command line. */
export type QueueRole = 'producer' | 'worker' | 'operator';

/** What ioredis and BullMQ need before any work; the last four only in cluster mode. */
const connecting =
  'client|setinfo client|setname info eval evalsha cluster|slots cluster|info asking readonly';

const producing = [
  'del exists expire get getdel incr incrby mget mset persist pttl set time',
  'hdel hexists hget hgetall hincrby hlen hmget hmset hrandfield hset hsetnx',
  'llen lpos lpush lrange rpush',
  'sadd scard smembers srem',
  'xadd xrange xread xrevrange',
  'zadd zcard zrange zrem zrevrangebyscore zscore',
];

/** Beside what producers do: resume maintenance, and count the workers of a queue (CLIENT LIST). */
const operating = 'client|list lindex ltrim rename rpop zcount zrevrange';

const working = [
  'client|list',
  'del exists expire get incr incrby mget mset persist pexpire pttl set time unlink',
  'hdel hexists hget hgetall hincrby hlen hmget hmset hset hsetnx',
  'lindex llen lpop lpos lpush lrange lrem ltrim rename rpop rpoplpush rpush',
  'sadd scard smembers srem',
  'xadd xdel xlen xrange xrevrange xtrim',
  'bzpopmin zadd zcard zcount zpopmin zrange zrangebyscore zrem zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zscore',
];

const lists: Record<QueueRole, readonly string[]> = {
  producer: [connecting, ...producing],
  operator: [connecting, ...producing, operating],
  worker: [connecting, ...working],
};

/**
 * The commands of a role, and no other. A script may call only what its user may: the lists hold what the
 * scripts of the fleet and of BullMQ name too. `tests/fleet/acl-roles.test.ts` compares them with what a
 * fleet uses.
 */
export const queueCommands = (role: QueueRole): readonly string[] => lists[role].join(' ').split(' ');

/**
 * Access of the queue cluster's users, as `ACL SETUSER` takes it: the keys of one domain, the commands of one
 * role.
 */
export function queueAccess(domain: string, role: QueueRole): string {
  const tags = new Set([...queueNames.map((queue) => queuePrefix(domain, queue)), poolTag(domain)]);
  const guarded = `${role === 'worker' ? '~' : '%R~'}${guardedTag(domain)}*`;
  const keys = [...[...tags].map((tag) => `~${tag}*`), guarded];
  const commands = queueCommands(role).map((command) => `+${command}`);
  return ['on', ...keys, 'resetchannels', '-@all', ...commands].join(' ');
}

/** What workers do with the session cache: `workers/session-cache/` and, to connect, ioredis. */
export const cacheCommands: readonly string[] =
  'client|setinfo info eval evalsha expire hget hgetall hset unlink'.split(' ');

/** Access of the session cache's one user. */
export function cacheAccess(): string {
  const keys = [sessionCacheKey('*'), ratingCacheKey('*')].map((key) => `~${key}`);
  return ['on', ...keys, 'resetchannels', '-@all', ...cacheCommands.map((it) => `+${it}`)].join(' ');
}
