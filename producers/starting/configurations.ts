import type { Redis } from 'ioredis';
import { type InstalledConfiguration, readInstalled } from '../../jobs/configuration/configuration.ts';
import { openPoolOf } from '../../jobs/configuration/pool-name.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { loadRuleSet, type RuleSet } from '../../jobs/rule-set/load.ts';
import { flexMatchLimits } from '../../jobs/ticket/limits.ts';
import { type StartRequestSchema, startRequestWithin } from '../../jobs/ticket/start-request.ts';

/**
 * How long (ms) a copy is used before Redis is asked again: a new rule set version reaches producers within
 * this.
 */
const freshMs = 5_000;

interface Copy {
  /** As it stands on Redis, null when it does not exist. */
  readonly body: string | null;
  readonly installed: InstalledConfiguration | undefined;
  /**
   * What a ticket is checked by; `undefined` where this client cannot load it: a worker checks the ticket.
   */
  readonly ruleSet: RuleSet | undefined;
  /** The pool of a ticket. */
  readonly poolOf: ReturnType<typeof openPoolOf>;
  /** What a request for it may look like. */
  readonly request: StartRequestSchema;
  readonly readAt: number;
}

export type InstalledReader = ReturnType<typeof installedReader>;

/** Configurations as producers see them: enough to check a ticket and to name its pool. */
export function installedReader(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const copies = new Map<string, Copy>();
  const underWay = new Map<string, Promise<Copy>>();

  /** A body that is the same means what it meant: only a new version is loaded. */
  const load = async (name: string): Promise<Copy> => {
    const body = await redis.hget(keys.configuration(name), 'body');
    const known = copies.get(name);
    const copy = known && known.body === body ? { ...known, readAt: Date.now() } : toCopy(body);
    // Only what exists is kept: names that do not exist come from outside and have no bound.
    if (body) copies.set(name, copy);
    return copy;
  };

  /**
   * Calls made together share one reading: loading a rule set takes a millisecond, a thousand of them a
   * second.
   */
  const read = (name: string): Promise<Copy> => {
    const reading = underWay.get(name) ?? load(name).finally(() => underWay.delete(name));
    underWay.set(name, reading);
    return reading;
  };

  return {
    /** The rule set in force; `undefined` when the configuration does not exist. */
    async find(name: string): Promise<Copy> {
      const copy = copies.get(name);
      return copy && Date.now() - copy.readAt < freshMs ? copy : read(name);
    },

    /** Has the next `find` ask Redis: the version it gave is not in force any more. */
    forget(name: string): void {
      copies.delete(name);
    },

    async list(): Promise<InstalledConfiguration[]> {
      const names = (await redis.smembers(keys.configurations())).sort();
      const all = await Promise.all(names.map(read));
      return all.flatMap((copy) => copy.installed ?? []);
    },
  };
}

function toCopy(body: string | null): Copy {
  const installed = body ? readInstalled(body) : undefined;
  const loaded = installed && loadRuleSet(installed.ruleSet.body);
  const ruleSet = loaded?.ok ? loaded.ruleSet : undefined;
  return {
    body,
    installed,
    ruleSet,
    poolOf: openPoolOf(installed?.configuration.name ?? '', installed?.split ?? []),
    request: startRequestWithin(installed?.configuration.limits ?? flexMatchLimits),
    readAt: Date.now(),
  };
}
