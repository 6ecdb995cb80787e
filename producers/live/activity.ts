import type { Redis } from 'ioredis';
import {
  type Activity,
  activityKeys,
  estimateWait,
  matchesPerMinute,
  readActivity,
  sumActivity,
  type WaitEstimate,
} from '../../jobs/configuration/activity.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { DescribedTicket } from '../../jobs/session/described-ticket.ts';
import { openClock } from './clock.ts';

/** How long (ms) an estimate is used before Redis is asked again. */
const freshMs = 5_000;

export type ActivityReader = ReturnType<typeof openActivity>;

/** What happened lately, as scripts counted it. */
export function openActivity(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const estimates = new Map<
    string,
    { readonly estimate: WaitEstimate | undefined; readonly readAt: number }
  >();

  const clock = openClock(redis, domain);

  const slots = async (configuration: string, now: number): Promise<Activity[]> => {
    const rows = await Promise.all(activityKeys(keys, configuration, now).map((key) => redis.hgetall(key)));
    return rows.map(readActivity);
  };

  const waitEstimate = async (configuration: string): Promise<WaitEstimate | undefined> => {
    const known = estimates.get(configuration);
    if (known && Date.now() - known.readAt < freshMs) return known.estimate;
    const estimate = estimateWait(await slots(configuration, (await clock()).now));
    estimates.set(configuration, { estimate, readAt: Date.now() });
    return estimate;
  };

  return {
    clock,

    /**
     * How long tickets of a configuration that exists wait; `undefined` when none was matched in the last
     * hour.
     */
    waitEstimate,

    /** A ticket with how long it may wait, where it still does and that is known. */
    async withEstimate(ticket: DescribedTicket): Promise<DescribedTicket> {
      if (ticket.status !== 'SEARCHING') return ticket;
      const estimate = await waitEstimate(ticket.configuration);
      return estimate ? { ...ticket, estimatedWaitTime: Math.ceil(estimate.p50 / 1_000) } : ticket;
    },

    /** The last hour of a configuration in sum, its matches a minute, and how long its tickets wait. */
    async lastHour(configuration: string, now: number) {
      const hour = await slots(configuration, now);
      const { waits: _waits, ...counts } = sumActivity(hour);
      return { ...counts, matchesPerMinute: matchesPerMinute(hour, now), wait: estimateWait(hour) };
    },
  };
}
