import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

/** Longest body (bytes): a form with a reason. */
const mostBodyBytes = 16 * 1024;

const policy = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
].join('; ');

const loopbackName = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * The HTTP server with its bounds. `loopbackOnly`: there is no login, so a request must name this machine as
 * its host: a web page elsewhere that has its own name point here reaches nothing.
 */
export function createHttpServer({ loopbackOnly }: { readonly loopbackOnly: boolean }): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: mostBodyBytes,
    requestTimeout: 10_000,
    exposeHeadRoutes: false,
    // A live page is a request that never ends.
    forceCloseConnections: true,
    http: { headersTimeout: 5_000, maxHeaderSize: 16 * 1024 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      // Without a referrer of its own pages a browser would not say that a form comes from one.
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const refusal = refusalOf(request, loopbackOnly);
    if (refusal) return reply.code(403).type('text/plain; charset=utf-8').send(`${refusal}\n`);
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  return app;
}

/** Why a request is none of a person at a page of ours; `undefined` where it may be. */
function refusalOf(request: FastifyRequest, loopbackOnly: boolean): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  if (request.url === '/healthz') return undefined;
  if (loopbackOnly && !loopbackName.test(host))
    return 'Host: this console has no login, so it answers to 127.0.0.1 and localhost only';
  const isOurs = site === undefined || site === 'same-origin' || site === 'none';
  const fromElsewhere = origin !== undefined && new URL(origin, 'http://none').host !== host;
  if (request.method !== 'GET')
    return isOurs && site !== 'none' && !fromElsewhere
      ? undefined
      : 'a change must come from a page of this console';
  // A link on another page may lead here; it cannot read what is here.
  return isOurs || mode === 'navigate' ? undefined : 'Sec-Fetch-Site: another site asks for this';
}
