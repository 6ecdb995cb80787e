import type { Redis } from 'ioredis';
import { domainKeys } from '../../jobs/keys.ts';

/** Fleet time of a domain, ms, as the last script read it; 0 before the first. */
export async function fleetTime(redis: Redis, domain: string): Promise<number> {
  const written = await redis.get(domainKeys(domain).clock());
  return Number(written?.split(' ')[1] ?? 0);
}

/** Lets so much fleet time pass (ms), or with less than 0 go back. */
export async function passTime(redis: Redis, domain: string, ms: number): Promise<void> {
  const key = domainKeys(domain).clock();
  const [seen, now] = ((await redis.get(key)) ?? `${Date.now()} ${Date.now()}`).split(' ');
  await redis.set(key, `${seen} ${Number(now) + ms}`);
}
