import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ApiConfig } from './config.ts';

/** Longest body (bytes): a backfill ticket of 1 MiB with what surrounds it. */
const mostBodyBytes = 1_200_000;
const mostHeaderBytes = 16 * 1024;

/**
 * The HTTP server with its bounds: a request arrives within its time, in bounded size. Bodies arrive as
 * bytes, since a signature is over the bytes.
 */
export function createHttpServer({ RECEIVE_MS, KEEP_ALIVE_MS, ANSWER_MS }: ApiConfig): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: mostBodyBytes,
    requestTimeout: RECEIVE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1_100, ignoreTrailingSlash: true },
    http: {
      headersTimeout: Math.min(RECEIVE_MS, 5_000),
      connectionsCheckingInterval: 500,
      maxHeaderSize: mostHeaderBytes,
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // A caller that stops reading holds an answer; one that says nothing at all holds a connection only.
  app.server.on('connection', (socket: Socket) => {
    socket.setTimeout(Math.max(KEEP_ALIVE_MS, ANSWER_MS) + 5_000);
    socket.on('timeout', () => socket.destroy());
  });
  return app;
}
