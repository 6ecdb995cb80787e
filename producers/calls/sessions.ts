import { randomUUID } from 'node:crypto';
import {
  createSession,
  endSession,
  endSessionRequest,
  playerLeft,
  playerLeftRequest,
  readSession,
} from '../../jobs/session-creation/jobs.ts';
import type { CallOptions } from '../call.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import type { SessionRequest } from '../matchmaking-client.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';

/** Sessions: one player's presence in the game. */
export function sessionCalls(parts: ClientParts) {
  const { call, askRecord, admit, addItem, queues, tickets, redisTime } = parts;
  const create = (
    name: 'createSession' | 'createSessionAll',
    request: SessionRequest,
    options: CallOptions,
  ): Promise<{ sessionId: string }> =>
    call(name, options, async ({ actor, underWay }) => {
      const askedAt = performance.now();
      const item = parse(createSession.item, { sessionId: randomUUID(), ...request, requestedAt: 0 });
      if (actor.kind === 'player' && actor.playerId !== item.playerId)
        throw new RequestError(
          'not-allowed',
          at('playerId', 'a player may create sessions only for themselves'),
        );
      await admit({ underWay });
      await addItem(createSession, { ...item, requestedAt: await redisTime(askedAt) }, actor);
      return { sessionId: item.sessionId };
    });

  return {
    createSession: (request, options = {}) => create('createSession', request, options),

    createSessionAll: (requests, options = {}) =>
      Promise.allSettled(requests.map((request) => create('createSessionAll', request, options))),

    endSession: (request, options = {}) =>
      call('endSession', options, async ({ actor, begun }) => {
        const { sessionId, playerId } = parse(endSessionRequest, request);
        if (actor.kind === 'player' && actor.playerId !== playerId)
          throw new RequestError(
            'not-allowed',
            at('playerId', 'a player may end only sessions of their own'),
          );
        const left = (await tickets.leave(playerId, '', sessionId)) ?? '';
        begun();
        await addItem(endSession, { sessionId, playerId, left }, actor);
      }),

    playerLeft: (request, options = {}) =>
      call('playerLeft', options, async (calling) => {
        const { actor, begun } = calling;
        const item = parse(playerLeftRequest, request);
        if (actor.kind === 'player' && actor.playerId !== item.playerId)
          throw new RequestError('not-allowed', at('playerId', 'a player may leave only for themselves'));
        const matchId = await tickets.leave(item.playerId, item.matchId);
        if (matchId === undefined) {
          await queues.ask(playerLeft, item, calling);
          return;
        }
        begun();
        await addItem(playerLeft, { ...item, matchId, isOut: true }, actor);
      }),

    describeSession: async (sessionId, options = {}) =>
      (await askRecord('describeSession', readSession, { sessionId }, options)) ?? undefined,
  } satisfies Calls;
}
