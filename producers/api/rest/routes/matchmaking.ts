import { z } from 'zod';
import { matchId, playerId, resourceName, ticketId } from '../../../../jobs/ids.ts';
import { describedTicket } from '../../../../jobs/session/described-ticket.ts';
import { limits } from '../../../../jobs/ticket/limits.ts';
import { startRequestWithin } from '../../../../jobs/ticket/start-request.ts';
import { ticketPlayerWithin } from '../../../../jobs/ticket/ticket.ts';
import { at } from '../../../request-error.ts';
import * as outputs from '../outputs.ts';
import { ApiProblem, problemOf } from '../problem.ts';
import { type Asking, defineRoute } from '../route.ts';

/** The most that any configuration allows; the client holds a ticket to its own. */
const most = limits.parse({
  playersPerTicket: 200,
  attributesPerPlayer: 100,
  stringLength: 1_000,
  stringsPerList: 1_000,
  pairsPerMap: 1_000,
});
const ticket = startRequestWithin(most);
type Ticket = z.output<typeof ticket>;

/** Players start tickets of themselves alone; several do together when each of them has given a token. */
function starter({ players }: Ticket, { caller, options, asApi }: Asking) {
  if (caller.kind === 'service' || caller.playerIds.length === 1) return options;
  const given = new Set(caller.playerIds);
  const stranger = players.find(({ playerId }) => !given.has(playerId));
  if (stranger)
    throw new ApiProblem(
      403,
      at('players', `${stranger.playerId} has given no access token in Party-Tokens`),
    );
  return asApi;
}

const start = defineRoute({
  method: 'POST',
  path: '/matchmaking',
  id: 'startMatchmaking',
  summary: 'Starts a ticket. With Idempotency-Key a repeat is answered as the first time.',
  done: 201,
  call: 'startMatchmaking',
  input: ticket,
  output: outputs.startedTicket,
  run: async (asked, asking) => ({
    body: await asking.client.startMatchmaking(asked, starter(asked, asking)),
  }),
});

const startAll = defineRoute({
  method: 'POST',
  path: '/matchmaking/batch',
  id: 'startMatchmakingAll',
  summary: 'Starts many tickets; each succeeds or fails alone, in the order given.',
  call: 'startMatchmakingAll',
  input: z.strictObject({ tickets: z.array(z.unknown()).min(1).max(1_000, 'at most 1000 tickets') }),
  async run({ tickets }, { client, options: { callId, ...options } }) {
    const outcomes = await Promise.all(
      tickets.map(async (asked, index) => {
        try {
          const each = callId === undefined ? options : { ...options, callId: `${callId}-${index}` };
          return { status: 201, ticket: await client.startMatchmaking(asked as Ticket, each) };
        } catch (error) {
          const problem = problemOf(error);
          return { status: problem.status, problem: problem.details() };
        }
      }),
    );
    return { body: { outcomes } };
  },
});

const describe = defineRoute({
  method: 'GET',
  path: '/matchmaking/{ticketId}',
  id: 'describeMatchmaking',
  summary: 'A ticket as it is now.',
  call: 'describeMatchmaking',
  input: z.strictObject({ ticketId }),
  output: describedTicket,
  async run({ ticketId: id }, { client, options }) {
    const [found] = await client.describeMatchmaking([id], options);
    if (!found) throw new ApiProblem(404, at('ticketId', `there is no ticket ${id}`));
    return { body: found };
  },
});

const stop = defineRoute({
  method: 'DELETE',
  path: '/matchmaking/{ticketId}',
  id: 'stopMatchmaking',
  summary: 'Cancels a ticket; from PLACING on it is too late (409).',
  done: 204,
  call: 'stopMatchmaking',
  input: z.strictObject({ ticketId }),
  async run({ ticketId: id }, { client, options }) {
    await client.stopMatchmaking(id, options);
    return {};
  },
});

const accept = defineRoute({
  method: 'POST',
  path: '/matchmaking/{ticketId}/acceptance',
  id: 'acceptMatch',
  summary:
    'Answers the proposal of a match for players of a ticket. Without matchId: the proposal that the ticket is in now.',
  done: 204,
  call: 'acceptMatch',
  input: z.strictObject({
    ticketId,
    matchId: matchId.optional(),
    playerIds: z.array(playerId).min(1).max(200),
    acceptance: z.enum(['ACCEPT', 'REJECT']),
  }),
  async run({ matchId: named, ...asked }, { client, options }) {
    const present = async () => (await client.describeMatchmaking([asked.ticketId], options))[0]?.matchId;
    const matchId = named ?? (await present());
    if (matchId === undefined)
      throw new ApiProblem(
        409,
        at('ticketId', `no match waits for the players of ${asked.ticketId} to accept`),
      );
    await client.acceptMatch({ ...asked, matchId }, options);
    return {};
  },
});

const explain = defineRoute({
  method: 'GET',
  path: '/matchmaking/{ticketId}/explanation',
  id: 'explainTicket',
  summary: 'Why a ticket waits, in a sentence and in figures.',
  call: 'explainTicket',
  input: z.strictObject({ ticketId }),
  run: async ({ ticketId: id }, { client, options }) => ({ body: await client.explainTicket(id, options) }),
});

const backfill = defineRoute({
  method: 'POST',
  path: '/backfill',
  id: 'startBackfill',
  summary: 'Asks for company for a live match.',
  done: 201,
  call: 'startBackfill',
  input: z.strictObject({
    configuration: resourceName,
    matchId,
    ticketId: ticketId.optional(),
    players: z.array(ticketPlayerWithin(most)).min(1).max(199),
  }),
  run: async ({ ticketId: id, ...asked }, { client, options }) => ({
    body: await client.startBackfill({ ...asked, ...(id !== undefined && { ticketId: id }) }, options),
  }),
});

export const matchmakingRoutes = [start, startAll, describe, stop, accept, explain, backfill];
