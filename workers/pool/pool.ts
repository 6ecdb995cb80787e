import type { Redis } from 'ioredis';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { matchCalls } from '../../jobs/matchmaking/match-calls.ts';
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
 * All of one domain's matchmaking state on the queue Redis, by what it is about. Every method is one script,
 * atomic over the domain's hash tag; a lost connection throws, every other outcome is a value.
 */
export function openPool(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const script = openScripts(redis, poolTag(domain));
  return {
    /** The life of single tickets. */
    tickets: openTickets(script),
    /** Decided and live matches, those on their way to DocumentDB, and who is in them. */
    matches: {
      ...matchCalls(script),
      ...openOutbox(redis, keys, script),
      ...openMatchesOf(redis, keys, script),
      ...openPlayers(redis, keys),
    },
    /** What a worker copies of a pool, and its cycles. */
    mirror: openChanges(script),
    /** Results on their way to their ladder's rater, and what operators ask of ladders. */
    results: openArrivals(redis, keys, script),
    /** The event stream, and who follows which stream how far. */
    events: { ...openEvents(redis, keys, script), ...openFollowers(script) },
    /** Configurations in force, and the keys of the HTTP API. */
    settings: { ...openInstalled(redis, keys, script), ...openApiKeyCopies(redis, domain) },
    /** What operators ask to be done. */
    commands: openCommands(redis, keys, script),
    /** What a store that went back in time needs. */
    comparing: openComparing(redis, keys, script),
    /** How much there is to do, and how long it takes. */
    activity: openActivity(redis, keys),
    /** What producers ask a pool's worker. */
    questions: openQuestions(redis, domain),

    /** Redis time, ms. */
    async redisTime(): Promise<number> {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    },
  };
}
