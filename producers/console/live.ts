import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { RequestError } from '../request-error.ts';

/** Streams open at once in one process. */
const mostStreams = 500;
const everyMs = 1_000;
/** A line now and then (ms) keeps proxies from closing a stream in which nothing changes. */
const heartbeatMs = 15_000;
/** Bytes that may wait for a reader; one that takes less is cut off, and comes back by itself. */
const mostWaitingBytes = 1_000_000;

/**
 * Serves what a page shows as server-sent events: all of it at first, then again whenever it has changed, at
 * most once a second.
 */
export function openLive() {
  let streams = 0;
  return async (reply: FastifyReply, look: () => Promise<string>): Promise<FastifyReply> => {
    if (streams >= mostStreams)
      throw new RequestError('unavailable', `${mostStreams} live pages are open already`, {
        outcome: 'not-done',
      });
    streams++;
    const { raw } = reply;
    const gone = new AbortController();
    raw.once('close', () => gone.abort());
    reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 2000\n\n');
    let last = '';
    let saidAt = Date.now();
    try {
      while (!gone.signal.aborted && raw.writableLength < mostWaitingBytes) {
        const now = await look();
        if (now !== last || Date.now() - saidAt > heartbeatMs) {
          raw.write(now === last ? ': \n\n' : `data: ${JSON.stringify(now)}\n\n`);
          last = now;
          saidAt = Date.now();
        }
        await pause(everyMs, undefined, { signal: gone.signal, ref: false }).catch(() => undefined);
      }
    } finally {
      streams--;
      raw.destroy();
    }
    return reply;
  };
}
