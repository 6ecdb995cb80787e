import type { FastifyRequest } from 'fastify';
import type { EventOrigin } from '../../../jobs/event/event.ts';
import type { FleetClient } from '../../client.ts';
import type { KeyRing } from '../../keys/key-ring.ts';
import type { Take } from '../rate-limit.ts';
import type { Serve, TooMany } from '../serving.ts';
import { type Caller, callerOf, type VerifyToken } from './caller.ts';
import { ApiProblem } from './problem.ts';

export interface RestParts {
  readonly client: FleetClient;
  readonly keys: KeyRing;
  readonly serving: Serve;
  readonly origin: EventOrigin;
  readonly takeOfKey: Take;
  readonly takeOfPlayer: Take;
  readonly verify: VerifyToken | undefined;
}

/** Who asks, once there is room for the request and its caller has not asked too often. */
export async function admittedCaller(
  request: FastifyRequest,
  refused: TooMany | undefined,
  { keys, verify, takeOfKey, takeOfPlayer }: RestParts,
): Promise<Caller> {
  if (refused) throw new ApiProblem(503, refused.message, { retryAfter: 1 });
  const caller = await callerOf(request.headers, keys, verify);
  const waitMs = caller.kind === 'service' ? takeOfKey(caller.key.name) : takeOfPlayer(caller.playerIds[0]);
  if (waitMs > 0)
    throw new ApiProblem(429, 'too many requests of this caller', { retryAfter: Math.ceil(waitMs / 1_000) });
  return caller;
}
