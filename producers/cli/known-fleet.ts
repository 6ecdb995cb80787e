import type { Redis } from 'ioredis';
import { domainKeys, servedKey } from '../../jobs/keys.ts';
import { parseRedisUrl } from '../../jobs/redis-url.ts';
import { connect } from '../connection/connection.ts';
import { RequestError } from '../request-error.ts';

/**
 * Throws `not-found` unless a worker has served the domain on this server. Every command passes here first:
 * what a wrong domain or a wrong server would show are calm zeros, and what it would take are settings that
 * nobody reads. Writes nothing.
 */
export async function requireFleet(redisUrl: string, domain: string): Promise<void> {
  const { redis } = await connect(redisUrl, { kind: 'fail' }, () => undefined);
  try {
    if (await isServed(redis, domain)) return;
    const where = shown(redisUrl);
    throw new RequestError(
      'not-found',
      [
        `no worker has ever served domain "${domain}" on ${where}; nothing was done`,
        `- another domain? Workers serve the one in their DOMAIN; this command took "${domain}" (--domain, DOMAIN)`,
        (await evicts(redis))
          ? '- another server? This one evicts keys, so it is the session cache rather than the queue Redis (--redis-url, QUEUE_REDIS_URL)'
          : '- another server? (--redis-url, QUEUE_REDIS_URL)',
        '- a new fleet? Start a worker first: "npm start"',
      ].join('\n'),
    );
  } finally {
    redis.disconnect();
  }
}

/**
 * Only workers write these. The first goes with a queue Redis that was emptied; the others are written back
 * while workers run.
 */
async function isServed(redis: Redis, domain: string): Promise<boolean> {
  const keys = domainKeys(domain);
  return (await redis.exists(servedKey(domain), keys.compared(), keys.configurations())) > 0;
}

async function evicts(redis: Redis): Promise<boolean> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? 'noeviction';
  return policy !== 'noeviction';
}

function shown(redisUrl: string): string {
  const parsed = parseRedisUrl(redisUrl);
  return parsed.ok ? parsed.address.shown : 'this server';
}
