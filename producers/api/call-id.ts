import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Headers by which a client that repeats a request says so; AWS SDKs send the second one. */
const headers = ['idempotency-key', 'amz-sdk-invocation-id'] as const;

/**
 * The call's id, the same for every repeat of it by the same caller; `undefined`: the client does not say. It
 * is hashed with the caller's name, so that nobody's repeats get what another was told.
 */
export function callIdOf(request: Pick<FastifyRequest, 'headers'>, caller: string): string | undefined {
  const given = headers
    .map((name) => request.headers[name])
    .find((it) => typeof it === 'string' && it !== '');
  return given === undefined
    ? undefined
    : createHash('sha256')
        .update(`${caller.length}:${caller}${String(given)}`)
        .digest('hex');
}
