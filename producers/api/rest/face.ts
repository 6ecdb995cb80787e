import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fieldProblems } from '../../../jobs/contract.ts';
import { at } from '../../request-error.ts';
import { callIdOf } from '../call-id.ts';
import type { Served } from '../serving.ts';
import { admittedCaller, type RestParts } from './admit.ts';
import { askingAs, type Caller, checkMay } from './caller.ts';
import { openApi } from './open-api.ts';
import { ApiProblem, problemOf } from './problem.ts';
import type { Answer, Route } from './route.ts';
import { routes } from './routes.ts';
import { schemaDocuments } from './schemas.ts';
import { asAnswer, send } from './send.ts';
import { serveEvents } from './serve-events.ts';

/**
 * Longest body (bytes) but for backfill, whose players are up to a megabyte, and calls that carry many
 * tickets.
 */
const usualBodyBytes = 256 * 1024;
const large = new Set(['startBackfill', 'startMatchmakingAll']);

/** Serves REST under `/v1`, its OpenAPI document, and JSON Schemas. */
export function serveRest(app: FastifyInstance, parts: RestParts): void {
  for (const route of routes)
    app.route({
      method: route.method,
      url: `/v1${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      handler: (request, reply) => answerRoute(request, reply, route, parts),
    });
  serveEvents(app, parts);
  app.setNotFoundHandler((_request, reply) =>
    send(
      reply,
      asAnswer(new ApiProblem(404, 'there is no such route; /v1/openapi.json lists all there are')),
    ),
  );
  // Before a route has its request: a body that is too large, an address that cannot be read.
  app.setErrorHandler(({ statusCode = 500, message }: FastifyError, _request, reply) => {
    const isTheirs = statusCode >= 400 && statusCode < 500;
    const problem = isTheirs
      ? new ApiProblem(statusCode, message.slice(0, 200))
      : new ApiProblem(500, 'an unexpected error');
    return send(reply, asAnswer(problem));
  });
  const document = openApi(routes);
  app.get('/v1/openapi.json', () => document);
  app.get('/v1/schemas', () => ({ names: [...schemaDocuments.keys()] }));
  app.get<{ Params: { name: string } }>('/v1/schemas/:name', (request, reply) => {
    const { name } = request.params;
    const schema = schemaDocuments.get(name)?.();
    return (
      schema ??
      send(reply, asAnswer(new ApiProblem(404, at('name', `there is no schema ${name.slice(0, 64)}`))))
    );
  });
}

async function answerRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  route: Route,
  parts: RestParts,
): Promise<FastifyReply> {
  let answer: Answer = {};
  await parts.serving(request, reply, async (signal, refused) => {
    let caller: Caller | undefined;
    const served = (outcome: string, status: number): Served => ({
      operation: route.id,
      outcome,
      status,
      caller: caller?.kind === 'service' ? caller.key.name : 'player',
    });
    try {
      caller = await admittedCaller(request, refused, parts);
      checkMay(caller, route.call);
      const done = route.done ?? 200;
      answer = { status: done, ...(await run(request, route, caller, signal, parts)) };
      return served('ok', done);
    } catch (error) {
      const problem = signal.aborted
        ? new ApiProblem(503, 'the answer took too long; it may still be done', {
            ...{ cause: error, outcome: 'unknown', retryAfter: 1 },
          })
        : problemOf(error);
      answer = asAnswer(problem);
      return served(String(problem.status), problem.status);
    }
  });
  return send(reply, answer);
}

function run(
  request: FastifyRequest,
  route: Route,
  caller: Caller,
  signal: AbortSignal,
  { client, origin }: RestParts,
): Promise<Answer> {
  const parsed = route.input.safeParse(inputOf(request, route));
  if (!parsed.success) throw new ApiProblem(400, fieldProblems(parsed.error), { cause: parsed.error });
  const name = caller.kind === 'service' ? `key ${caller.key.name}` : `player ${caller.playerIds[0]}`;
  const callId = callIdOf(request, name);
  const options = { ...askingAs(caller), signal, ...(callId !== undefined && { callId }) };
  const asApi = { ...options, actor: { kind: 'service', name: 'api' } } as const;
  return route.run(parsed.data, { client, caller, options, asApi, origin, headers: request.headers });
}

function inputOf(request: FastifyRequest, { id }: Route): object {
  const params = request.params as object;
  const query = request.query as object;
  const body = request.body;
  if (!Buffer.isBuffer(body) || body.length === 0) return { ...query, ...params };
  if (body.length > usualBodyBytes && !large.has(id))
    throw new ApiProblem(413, `the body is larger than ${usualBodyBytes} bytes`);
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    if (typeof read === 'object' && read !== null && !Array.isArray(read))
      return { ...query, ...read, ...params };
  } catch (error) {
    throw new ApiProblem(400, `the body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  throw new ApiProblem(400, 'the body must be a JSON object');
}
