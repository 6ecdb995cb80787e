import type { Redis } from 'ioredis';
import { poolTag } from '../../jobs/keys.ts';
import { openActivity } from './activity.ts';
import { openChanges } from './changes.ts';
import { openInstalled } from './installed.ts';
import { openOutbox } from './outbox.ts';
import { openTickets } from './tickets.ts';

export type Pool = ReturnType<typeof openPool>;

/**
 * All of one domain's matchmaking state on the queue Redis. Every method is one script, atomic over the domain's hash
 * tag; a lost connection throws, every other outcome is a value.
 */
export function openPool(redis: Redis, domain: string) {
  const tag = poolTag(domain);
  return {
    ...openTickets(redis, tag),
    ...openChanges(redis, tag),
    ...openOutbox(redis, tag),
    ...openInstalled(redis, tag),
    ...openActivity(redis, tag),
  };
}
