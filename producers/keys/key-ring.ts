import { newestKeys, type Right, type SealedKey } from '../../jobs/maintenance/api-keys.ts';
import type { FleetClient } from '../client.ts';
import { RequestError } from '../request-error.ts';
import { openSeal } from './seal.ts';

/** A key that works. */
export interface ApiKey {
  readonly name: string;
  readonly secret: string;
  readonly rights: ReadonlySet<Right>;
}

/** How long (ms) a revoked key may go on working: the copies are read again after it. */
const freshMs = 2_000;

/** How long (ms) keys known before are believed while the copies cannot be read. */
const patienceMs = 60_000;

/**
 * The keys that work, from the copies on Redis. What another run of the server holds is not believed before a
 * worker has written the keys from the record over it; and of each name the newest generation ever seen
 * counts. So a revoked key does not come back with a store that went back.
 */
export function openKeyRing(
  client: Pick<FleetClient, 'readApiKeyCopies' | 'readApiKeys'>,
  keysSecret: string,
  now: () => number = () => performance.now(),
) {
  let sealed: SealedKey[] = [];
  let opened = new Map<string, ApiKey>();
  let readAt = Number.NEGATIVE_INFINITY;
  let trustedRun: string | undefined;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const copies = await client.readApiKeyCopies();
    const onRecord = copies.run === trustedRun ? [] : await client.readApiKeys();
    const newest = newestKeys([...sealed, ...copies.keys, ...onRecord]);
    trustedRun = copies.run;
    sealed = newest;
    opened = new Map(newest.flatMap((key) => workable(key, keysSecret)));
    readAt = now();
  };

  const refresh = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    /**
     * Reads the copies again where they are not fresh. Throws `unavailable` where they cannot be read, and
     * none were lately.
     */
    async find(name: string): Promise<ApiKey | undefined> {
      if (now() - readAt > freshMs)
        await refresh().catch((error: unknown) => {
          if (now() - readAt < patienceMs) return;
          throw error instanceof RequestError
            ? error
            : new RequestError('unavailable', 'the keys could not be read', {
                cause: error,
                outcome: 'not-done',
              });
        });
      return opened.get(name);
    },
    refresh,
  };
}

export type KeyRing = ReturnType<typeof openKeyRing>;

function workable(key: SealedKey, keysSecret: string): [string, ApiKey][] {
  const secret = key.state === 'active' ? openSeal(key, keysSecret) : undefined;
  return secret === undefined ? [] : [[key.name, { name: key.name, secret, rights: new Set(key.rights) }]];
}
