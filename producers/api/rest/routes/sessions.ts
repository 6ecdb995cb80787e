import { z } from 'zod';
import { playerId, sessionId } from '../../../../jobs/ids.ts';
import { at } from '../../../request-error.ts';
import * as outputs from '../outputs.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute } from '../route.ts';

const create = defineRoute({
  method: 'POST',
  path: '/sessions',
  id: 'createSession',
  summary:
    'Gives a player a session. Its id is answered at once; the session follows. With an id of your own a repeat is harmless.',
  done: 201,
  call: 'createSession',
  input: z.strictObject({ playerId: playerId.optional(), sessionId: sessionId.optional() }),
  output: outputs.createdSession,
  async run({ playerId: given, sessionId: id }, { client, caller, options }) {
    const player = given ?? (caller.kind === 'players' ? caller.playerIds[0] : undefined);
    if (player === undefined) throw new ApiProblem(400, at('playerId', 'is required'));
    const wanted = id ?? options.callId;
    const session = { playerId: player, ...(wanted !== undefined && { sessionId: wanted }) };
    return { body: await client.createSession(session, options) };
  },
});

const read = defineRoute({
  method: 'GET',
  path: '/sessions/{sessionId}',
  id: 'readSession',
  summary: 'A session as it is now.',
  call: 'describeSession',
  input: z.strictObject({ sessionId }),
  output: outputs.session,
  async run({ sessionId: id }, { client, options }) {
    const session = await client.describeSession(id, options);
    if (!session) throw new ApiProblem(404, at('sessionId', `there is no session ${id}`));
    const { player_id: player, status, rating, timestamp } = session;
    const changedAt = new Date(Number(timestamp)).toISOString();
    return { body: { sessionId: id, playerId: player, status, rating: Number(rating), changedAt } };
  },
});

const end = defineRoute({
  method: 'DELETE',
  path: '/players/{playerId}/sessions/{sessionId}',
  id: 'endSession',
  summary: 'Ends a session: when this is answered its player is out of the live match that they were in.',
  done: 204,
  call: 'endSession',
  input: z.strictObject({ playerId, sessionId }),
  async run(request, { client, options }) {
    await client.endSession(request, options);
    return {};
  },
});

export const sessionRoutes = [create, read, end];
