import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

/** Milliseconds. A new DocumentDB makes its database first: on slow disks that takes minutes. */
const patience = { start: 180_000, ask: 2_000, look: 2_000, pause: 50 };

/**
 * Resolves when the container's server answers in its own protocol: Docker takes connections before the
 * server does. Rejects when the container has ended, or after three minutes. Compose's health checks would
 * tell as soon only if they ran every second, for as long as the container lives: that takes a tenth of a
 * core for each.
 */
export async function answer(url: string, runs: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patience.start;
  let looked = performance.now();
  const look = async () => {
    if (!(await runs())) throw new Error('its container has ended');
    looked = performance.now();
  };
  for (;;) {
    const complaint = await ask(url).catch((error: Error) => error);
    // Another server may answer at a port that this one could not have.
    if (complaint === undefined) return look();
    if (performance.now() - looked > patience.look) await look();
    if (performance.now() > deadline)
      throw new Error(`it did not answer within ${patience.start / 1000} s: ${complaint.message}`);
    await after(patience.pause);
  }
}

async function ask(url: string): Promise<undefined> {
  if (url.startsWith('redis:')) {
    const { hostname, port } = new URL(url);
    const signal = AbortSignal.timeout(patience.ask);
    const socket = createConnection({ host: hostname, port: Number(port), signal });
    socket.end('PING\r\n');
    const reply = await text(socket);
    if (!reply.startsWith('+PONG')) throw new Error(reply.trim() || 'it closed the connection');
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
