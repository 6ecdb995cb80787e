import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventOrigin } from '../../../jobs/event/event.ts';
import { mayByKey, rightFor } from '../../../jobs/permissions.ts';
import type { FleetClient } from '../../client.ts';
import type { ApiKey, KeyRing } from '../../keys/key-ring.ts';
import { tokenOf } from '../../keys/seal.ts';
import { callIdOf } from '../call-id.ts';
import type { Take } from '../rate-limit.ts';
import type { Serve, Served, TooMany } from '../serving.ts';
import { Fault, faultOf } from './fault.ts';
import { operations } from './operations.ts';
import { json, type Protocol, rpcCbor } from './protocol.ts';
import { whoseRequest } from './whose-request.ts';

export interface GameLiftParts {
  readonly client: FleetClient;
  readonly keys: KeyRing;
  readonly serving: Serve;
  readonly origin: EventOrigin;
  readonly takeOfKey: Take;
}

/** Longest body (bytes) but for backfill, whose players are up to a megabyte. */
const usualBodyBytes = 256 * 1024;

/**
 * Serves the GameLift API as AWS SDKs speak it: JSON 1.1 at `/`, and CBOR at
 * `/service/GameLift/operation/<Operation>`.
 */
export function serveGameLift(app: FastifyInstance, parts: GameLiftParts): void {
  app.post('/', (request, reply) => {
    const target = /^GameLift\.(\w{1,128})$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    return answer(request, reply, json, target, parts);
  });
  app.post<{ Params: { service: string; operation: string } }>(
    '/service/:service/operation/:operation',
    (request, reply) => {
      const { service, operation } = request.params;
      const ours = /^(com\.amazonaws\.gamelift\.)?GameLift$/.test(service);
      return answer(request, reply, rpcCbor, ours ? operation : '', parts);
    },
  );
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  protocol: Protocol,
  name: string,
  parts: GameLiftParts,
): Promise<FastifyReply> {
  let output: Buffer = Buffer.alloc(0);
  await parts.serving(request, reply, async (signal, refused) => {
    const operation = operations.get(name)?.name ?? 'unknown';
    let caller: string | undefined;
    const served = (outcome: string, status: number): Served => ({
      operation,
      outcome,
      status,
      ...(caller && { caller }),
    });
    reply.headers({ ...protocol.headers, 'x-amzn-requestid': request.id, 'cache-control': 'no-store' });
    try {
      const key = await admitted(request, protocol, refused, parts);
      caller = key.name;
      output = protocol.write(await run(request, protocol, name, key, signal, parts));
      return served('ok', 200);
    } catch (error) {
      const fault = signal.aborted ? outOfTime(error) : faultOf(error);
      reply.code(fault.status).headers(protocol.faultHeaders(fault.name));
      if (fault.status === 503 || fault.name === 'ThrottlingException') reply.header('retry-after', '1');
      output = protocol.write(protocol.faultOutput(fault.name, fault.message));
      return served(fault.name, fault.status);
    }
  });
  return reply.send(output);
}

const outOfTime = (cause: unknown) =>
  new Fault('ServiceUnavailableException', 'The answer took too long; it may still be done.', cause);

/** The key of the request, once it may come in. */
async function admitted(
  request: FastifyRequest,
  protocol: Protocol,
  refused: TooMany | undefined,
  { keys, takeOfKey }: GameLiftParts,
): Promise<ApiKey> {
  if (refused) throw new Fault('ThrottlingException', refused.message);
  if (protocol === rpcCbor && request.headers['x-amz-target'] !== undefined)
    throw new Fault('InvalidRequestException', 'X-Amz-Target has no place in a request in CBOR.');
  if (protocol === rpcCbor && request.headers['smithy-protocol'] !== 'rpc-v2-cbor')
    throw new Fault('InvalidRequestException', 'The header smithy-protocol has to be rpc-v2-cbor.');
  const { method, url, headers } = request;
  const key = await whoseRequest({ method, url, headers, body: bodyOf(request) }, keys);
  if (takeOfKey(key.name) > 0) throw new Fault('ThrottlingException', 'Rate exceeded');
  return key;
}

async function run(
  request: FastifyRequest,
  protocol: Protocol,
  name: string,
  key: ApiKey,
  signal: AbortSignal,
  { client, origin }: GameLiftParts,
): Promise<object> {
  const operation = operations.get(name);
  if (!operation)
    throw new Fault(
      'UnknownOperationException',
      `There is no operation ${name.slice(0, 128)} here; this API serves ${[...operations.keys()].join(', ')}.`,
    );
  if (!mayByKey(operation.call, key.rights))
    throw new Fault(
      'AccessDeniedException',
      `Key ${key.name} is not allowed to ${operation.name}: it needs the right ${rightFor(operation.call)}.`,
    );
  const body = bodyOf(request);
  if (body.length > usualBodyBytes && name !== 'StartMatchBackfill')
    throw new Fault('InvalidRequestException', `The body is larger than ${usualBodyBytes} bytes.`);
  const callId = callIdOf(request, key.name);
  const options = {
    actor: { kind: 'service', name: key.name },
    operatorKey: tokenOf(key.name, key.secret),
    signal,
    ...(callId !== undefined && { callId }),
  } as const;
  return operation.run(protocol.read(body), { client, origin, options });
}

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
