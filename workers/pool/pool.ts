import type { Redis } from 'ioredis';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { openActivity } from './activity.ts';
import { openApiKeyCopies } from './api-key-copies.ts';
import { openArrivals } from './arrivals.ts';
import { openChanges } from './changes.ts';
import { openCommands } from './commands.ts';
import { openComparing } from './comparing.ts';
import { openEvents } from './events.ts';
import { openFollowers } from './followers.ts';
import { openInstalled } from './installed.ts';
import { openMatchesOf } from './matches-of.ts';
import { openOutbox } from './outbox.ts';
import { openPlayers } from './players.ts';
import { openQuestions } from './questions.ts';
import { openScripts } from './script.ts';
import { openTickets } from './tickets.ts';

export type Pool = ReturnType<typeof openPool>;

/**
 * All of one domain's matchmaking state on the queue Redis. Every method is one script, atomic over the
 * domain's hash tag; a lost connection throws, every other outcome is a value.
 */
export function openPool(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const script = openScripts(redis, poolTag(domain));
  return {
    ...openTickets(redis, script),
    ...openChanges(script),
    ...openOutbox(redis, keys, script),
    ...openMatchesOf(redis, keys, script),
    ...openPlayers(redis, keys),
    ...openInstalled(redis, keys, script),
    ...openApiKeyCopies(redis, domain),
    ...openActivity(redis, keys),
    ...openArrivals(redis, keys, script),
    ...openEvents(redis, keys, script),
    ...openFollowers(script),
    ...openCommands(redis, keys, script),
    ...openComparing(redis, keys, script),
    ...openQuestions(redis, domain),
  };
}
