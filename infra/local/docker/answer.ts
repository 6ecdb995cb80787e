import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';

/** Milliseconds. A new DocumentDB makes its database first, on slow disks for minutes. */
const patience = { start: 180_000, ask: 2_000, pause: 50 };

/**
 * Resolves when the server at the URL answers in its own protocol: Docker's proxy takes connections before it. Rejects
 * when its container has ended, or after three minutes. Asked from here, as a health check that is as quick costs the
 * daemon a tenth of a core for each container, for as long as it runs.
 */
export async function answer(url: string, runs: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patience.start;
  for (;;) {
    const complaint = await ask(url).catch((error: Error) => error);
    if (complaint === undefined) return;
    if (!(await runs())) throw new Error('its container has ended');
    if (performance.now() > deadline)
      throw new Error(`no answer within ${patience.start / 1000} s: ${complaint.message}`);
    await after(patience.pause);
  }
}

async function ask(url: string): Promise<undefined> {
  if (url.startsWith('redis:')) {
    const redis = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: patience.ask,
      commandTimeout: patience.ask,
    }).on('error', () => {});
    await redis.ping().finally(() => redis.disconnect());
  } else if (url.startsWith('mongodb:')) {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: patience.ask });
    await client
      .db('admin')
      .command({ ping: 1 })
      .finally(() => client.close());
  } else {
    await fetch(url, { signal: AbortSignal.timeout(patience.ask) });
  }
}
