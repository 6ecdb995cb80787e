import { Cluster, type Redis } from 'ioredis';
import type { Calling } from '../call.ts';
import { RequestError } from '../request-error.ts';

/** How long (ms) one reading of the memory is believed: work may overshoot by what is added within it. */
const freshMs = 1_000;

/**
 * Refuses new work while the queue Redis is fuller than it should be, or has not answered what was asked. Of
 * a call that counts as several (`of`) the first may go on where all may not: it resolves to how many do.
 */
export type Admit = (call: Pick<Calling, 'underWay'> & { readonly of?: number }) => Promise<number>;

/**
 * Back-pressure: past `limit`, a share of `maxmemory`, no new work is let in, so that workers have the room
 * it takes to finish what is there: a Redis that is full refuses them too. What ends work is always let in. A
 * server without a `maxmemory` is never full; of a cluster the fullest primary counts. And who asks for more
 * than Redis takes is told so, rather than made to wait behind ever more calls of its own.
 */
export function openAdmission(redis: Redis, limit: number, mostUnderWay: number): Admit {
  let read: { readonly at: number; readonly share: Promise<number> } | undefined;

  return async ({ underWay, of = 1 }) => {
    const room = of - Math.max(0, underWay - mostUnderWay);
    if (room <= 0)
      throw new RequestError(
        'unavailable',
        `${mostUnderWay} calls of this client are under way already; nothing was queued`,
        { outcome: 'not-done', overloaded: true },
      );
    if (!read || Date.now() - read.at > freshMs) read = { at: Date.now(), share: usedShare(redis) };
    const { share } = read;
    const used = await share.catch((error: unknown) => {
      read = undefined;
      throw error;
    });
    if (used < limit) return room;
    throw new RequestError(
      'unavailable',
      `the queue Redis uses ${percent(used)} of its memory; new work is refused from ${percent(limit)} on; nothing was queued`,
      { outcome: 'not-done', overloaded: true },
    );
  };
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

async function usedShare(redis: Redis): Promise<number> {
  const client: unknown = redis;
  const primaries = client instanceof Cluster ? client.nodes('master') : [redis];
  const shares = await Promise.all(primaries.map(async (node) => shareOf(await node.info('memory'))));
  return Math.max(0, ...shares);
}

/** CONFIG is closed on ElastiCache; INFO says as much. */
function shareOf(info: string): number {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const most = figure('maxmemory');
  return most > 0 ? figure('used_memory') / most : 0;
}
