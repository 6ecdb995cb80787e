import { randomUUID } from 'node:crypto';
import type { DescribedSession } from '../jobs/session/session.ts';
import { createSession } from '../jobs/session-creation/create-session.ts';
import {
  type EndSessionRequest,
  endSession,
  endSessionRequest,
} from '../jobs/session-creation/end-session.ts';
import {
  type PlayerLeftRequest,
  playerLeft,
  playerLeftRequest,
} from '../jobs/session-creation/player-left.ts';
import { readSession } from '../jobs/session-creation/read-session.ts';
import type { Admit } from './admission.ts';
import type { AddItem } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import type { RedisTime } from './redis-time.ts';
import { at, RequestError } from './request-error.ts';
import type { Tickets } from './tickets.ts';

export interface SessionRequest {
  readonly playerId: string;
  readonly sessionId?: string;
}

export interface SessionParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly addItem: AddItem;
  readonly queues: ProducerQueues;
  readonly tickets: Pick<Tickets, 'leave'>;
  readonly redisTime: RedisTime;
}

/** Sessions: one player's presence in the game. */
export function openSessions({ call, admit, addItem, queues, tickets, redisTime }: SessionParts) {
  const createOne = (request: SessionRequest, options: CallOptions): Promise<{ sessionId: string }> =>
    call(createSession, options, async ({ actor, underWay }) => {
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
    /** Gives a player a session; returns its id at once, the session follows. Without a `sessionId` a UUID is made. */
    createSession: (request: SessionRequest, options: CallOptions = {}) => createOne(request, options),

    /** Creates many sessions; each succeeds or fails alone, in the order given. */
    createSessions: (requests: readonly SessionRequest[], options: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => createOne(request, options))),

    /**
     * Ends a session of a player: when this returns they are out of the live match they were in, whichever it was, and the
     * session's record follows. A player ends only their own.
     */
    endSession: (request: EndSessionRequest, options: CallOptions = {}): Promise<void> =>
      call(endSession, options, async ({ actor, begun }) => {
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

    /**
     * Says that a player left a match that goes on: when this returns they are out of it and of its backfill ticket, and the record
     * follows. Its result still rates them. A match that the queue does not know, since it is over, is left on record: that
     * waits for a worker.
     */
    playerLeft: (request: PlayerLeftRequest, options: CallOptions = {}): Promise<void> =>
      call(playerLeft, options, async (calling) => {
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

    /**
     * A session as it is now, IN_MATCH while its player is in a live match; `undefined` when there is none. A player sees only
     * their own.
     */
    describeSession: (sessionId: string, options: CallOptions = {}): Promise<DescribedSession | undefined> =>
      call(readSession, options, async (calling) => {
        const item = parse(readSession.item, { sessionId });
        return ((await queues.ask(readSession, item, calling)) ?? undefined) as never;
      }),
  };
}
