import type { FastifyReply } from 'fastify';
import type { ApiProblem } from './problem.ts';
import type { Answer } from './route.ts';

export function asAnswer(problem: ApiProblem): Answer {
  const headers = {
    'content-type': 'application/problem+json',
    ...(problem.retryAfter !== undefined && { 'retry-after': String(problem.retryAfter) }),
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
  };
  return { status: problem.status, body: problem.details(), headers };
}

export function send(reply: FastifyReply, { status, body, headers = {} }: Answer): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', 'x-request-id': reply.request.id, ...headers });
  if (body === undefined) return reply.code(status ?? 204).send();
  if (!headers['content-type']) reply.type('application/json');
  return reply.code(status ?? 200).send(Buffer.from(JSON.stringify(body)));
}
