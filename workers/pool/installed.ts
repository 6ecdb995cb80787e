import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import { type InstalledConfiguration, readInstalled } from '../../jobs/matchmaking/configuration.ts';
import { topicFollower } from './followers.ts';
import type { Scripts } from './script.ts';

/** The copies of configurations that workers and producers read; DocumentDB has the originals. */
export function openInstalled(redis: Redis, keys: DomainKeys, script: Scripts) {
  const install = script<number>('install');
  const pause = script<string>('pause');

  return {
    /** Returns whether this copy was newer than the one there. */
    async install(installed: InstalledConfiguration): Promise<boolean> {
      const { configuration, version } = installed;
      const { name, customEventData = '', notificationTarget = '' } = configuration;
      return (
        (await install(
          name,
          version,
          JSON.stringify(installed),
          customEventData,
          notificationTarget,
          notificationTarget && topicFollower(notificationTarget),
        )) === 1
      );
    },

    /**
     * Pauses a configuration or lets it go on. Returns since when it is paused, ms; `undefined`: it runs; `missing`: there
     * is no such configuration.
     */
    async pause(name: string, action: 'pause' | 'resume'): Promise<number | undefined | 'missing'> {
      const since = await pause(name, action);
      if (since === 'missing') return since;
      return since === '' ? undefined : Number(since);
    },

    async installed(name: string): Promise<InstalledConfiguration | undefined> {
      const body = await redis.hget(keys.configuration(name), 'body');
      return body ? readInstalled(body) : undefined;
    },
  };
}
