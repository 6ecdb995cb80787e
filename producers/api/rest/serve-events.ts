import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { StreamItem } from '../../events/events.ts';
import { admittedCaller, type RestParts } from './admit.ts';
import { checkMay } from './caller.ts';
import { ApiProblem, problemOf } from './problem.ts';
import { asAnswer, send } from './send.ts';

/** Streams open at once in one process: each holds a connection to Redis. */
const mostStreams = 100;
/** A line now and then (ms) keeps proxies from closing a stream in which nothing happens. */
const heartbeatMs = 15_000;

/**
 * `GET /v1/events`: every event as server-sent events. `id` is the position to resume after
 * (`Last-Event-ID`); `?from=0` begins with the oldest event kept. An event called `gap` says that events are
 * missing.
 */
export function serveEvents(app: FastifyInstance, parts: RestParts): void {
  let streams = 0;
  app.get<{ Querystring: { from?: string } }>('/v1/events', async (request, reply) => {
    const leaving = new AbortController();
    reply.raw.once('close', () => leaving.abort());
    const resume = request.headers['last-event-id'] ?? request.query.from;
    try {
      const caller = await admittedCaller(request, undefined, parts);
      checkMay(caller, 'events');
      if (streams >= mostStreams)
        throw new ApiProblem(503, `${mostStreams} streams are open already`, { retryAfter: 10 });
      const from = resume === '0' ? 0 : typeof resume === 'string' && resume !== '' ? resume : undefined;
      const items = parts.client.events({ ...(from !== undefined && { from }), signal: leaving.signal });
      // A position that is none is refused before anything is answered.
      const first = items.next();
      await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50))]);
      streams++;
      reply.hijack();
      await stream(reply.raw, first, items).finally(() => {
        streams--;
        leaving.abort();
      });
    } catch (error) {
      if (reply.raw.headersSent) reply.raw.destroy();
      else return send(reply, asAnswer(problemOf(error)));
    }
    return reply;
  });
}

async function stream(
  response: ServerResponse,
  first: Promise<IteratorResult<StreamItem>>,
  items: AsyncGenerator<StreamItem>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(': open\n\n');
  const beating = setInterval(() => response.write(': \n\n'), heartbeatMs);
  try {
    for (let next = await first; !next.done; next = await items.next())
      if (!response.write(textOf(next.value)))
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
  } finally {
    clearInterval(beating);
    response.end();
  }
}

function textOf(item: StreamItem): string {
  const [name, data] =
    item.kind === 'gap'
      ? ['gap', { from: item.from, position: item.position }]
      : [item.event.detail.type, item.event];
  return `id: ${item.position}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
