import { randomUUID } from 'node:crypto';
import { createSession } from '../jobs/session-creation/create-session.ts';
import { endSession } from '../jobs/session-creation/end-session.ts';
import { type PlayerLeft, playerLeft } from '../jobs/session-creation/player-left.ts';
import { readSession } from '../jobs/session-creation/read-session.ts';
import type { CachedSession } from '../jobs/session-creation/session.ts';
import type { Admit } from './admission.ts';
import type { AddItem } from './batches.ts';
import type { Call, CallOptions } from './call.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

export interface SessionRequest {
  readonly playerId: string;
  readonly sessionId?: string;
}

export interface SessionParts {
  readonly call: Call;
  readonly admit: Admit;
  readonly addItem: AddItem;
  readonly queues: ProducerQueues;
}

/** Sessions: one player's presence in the game. */
export function openSessions({ call, admit, addItem, queues }: SessionParts) {
  const createOne = (request: SessionRequest, options: CallOptions): Promise<{ sessionId: string }> =>
    call(createSession, options, async ({ actor, underWay }) => {
      const asked = { sessionId: randomUUID(), ...request, requestedAt: Date.now() };
      const item = parse(createSession.item, asked);
      if (actor.kind === 'player' && actor.playerId !== item.playerId)
        throw new RequestError('not-allowed', 'playerId: a player may create sessions only for themselves');
      await admit({ underWay });
      await addItem(createSession, item, actor);
      return { sessionId: item.sessionId };
    });

  return {
    /** Gives a player a session; returns its id at once, the session follows. Without a `sessionId` a UUID is made. */
    createSession: (request: SessionRequest, options: CallOptions = {}) => createOne(request, options),

    /** Creates many sessions; each succeeds or fails alone, in the order given. */
    createSessions: (requests: readonly SessionRequest[], options: CallOptions = {}) =>
      Promise.allSettled(requests.map((request) => createOne(request, options))),

    /** Ends a session; its player leaves the match they are in. A player ends only their own. */
    endSession: (sessionId: string, options: CallOptions = {}): Promise<void> =>
      call(endSession, options, async ({ actor }) => {
        await addItem(endSession, parse(endSession.item, { sessionId }), actor);
      }),

    /** Says that a player left a match that goes on: they can be matched again, and its result still rates them. */
    playerLeft: (request: PlayerLeft, options: CallOptions = {}): Promise<void> =>
      call(playerLeft, options, async ({ actor }) => {
        const item = parse(playerLeft.item, request);
        if (actor.kind === 'player' && actor.playerId !== item.playerId)
          throw new RequestError('not-allowed', 'playerId: a player may leave only for themselves');
        await addItem(playerLeft, item, actor);
      }),

    /** A session as it is now; `undefined` when there is none. A player sees only their own. */
    describeSession: (sessionId: string, options: CallOptions = {}): Promise<CachedSession | undefined> =>
      call(readSession, options, async (calling) => {
        const item = parse(readSession.item, { sessionId });
        return ((await queues.ask(readSession, item, calling)) ?? undefined) as never;
      }),
  };
}
