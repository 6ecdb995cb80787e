import type { Redis } from 'ioredis';
import { type InstalledConfiguration, readInstalled } from '../../jobs/configuration/configuration.ts';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import { topicFollower } from './followers.ts';

/** The copies of configurations that workers and producers read; DocumentDB has the originals. */
export function openInstalled(redis: Redis, keys: DomainKeys, script: BindScript) {
  const install = script<number>('install');

  return {
    /** Returns whether this copy was newer than the one there. */
    async install(installed: InstalledConfiguration): Promise<boolean> {
      const { configuration, version } = installed;
      const { name, ladder, customEventData = '', notificationTarget = '' } = configuration;
      return (
        (await install(
          name,
          version,
          JSON.stringify(installed),
          ladder,
          customEventData,
          notificationTarget,
          notificationTarget && topicFollower(notificationTarget),
        )) === 1
      );
    },

    /** The highest version of a configuration that this store has had, that of its deletion included. */
    async installedVersion(name: string): Promise<number> {
      const [version, removed] = await redis.hmget(keys.configuration(name), 'version', 'removed');
      return Number(version ?? removed ?? 0);
    },

    async installed(name: string): Promise<InstalledConfiguration | undefined> {
      const body = await redis.hget(keys.configuration(name), 'body');
      return body ? readInstalled(body) : undefined;
    },
  };
}
