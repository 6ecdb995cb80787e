import type { FastifyInstance } from 'fastify';
import { RequestError } from '../request-error.ts';
import { urlOf } from './parts.ts';
import { type Fleet, refuse, type ServingParts, sendError } from './screen.ts';

/**
 * Leads from an id to the screen of what has it: a player, a ticket or a match. Nothing is searched by a part
 * of an id.
 */
export function serveFind(app: FastifyInstance, parts: ServingParts): void {
  app.get<{ Querystring: { id?: string } }>('/find', async (request, reply) => {
    const viewer = await parts.whoLooks(request).catch(() => undefined);
    if (!viewer) return refuse(request, reply, undefined);
    const id = String(request.query.id ?? '')
      .trim()
      .slice(0, 1_024);
    try {
      const path = id === '' ? '/' : await pathTo(id, parts.fleet);
      return reply.redirect(urlOf(path, id === '' ? {} : { id }), 303);
    } catch (error) {
      return sendError(reply, error, viewer, undefined, parts);
    }
  });
}

async function pathTo(id: string, { client }: Fleet): Promise<string> {
  const isShort = id.length <= 128;
  const [player, tickets, match] = await Promise.all([
    client.describePlayer(id),
    isShort ? client.describeMatchmaking([id]).catch(notOfThisForm) : [],
    isShort ? client.describeMatch(id).catch(notOfThisForm) : undefined,
  ]);
  if (tickets && tickets.length > 0) return '/ticket';
  if (match) return '/match';
  if (player) return '/player';
  throw new RequestError(
    'not-found',
    `no player, ticket or match has the id ${id}. Names and e-mail addresses are known to your user pool or your game, not here.`,
  );
}

/** An id that no ticket may have is none of a ticket. */
function notOfThisForm(error: unknown): undefined {
  if (!(error instanceof RequestError && error.code === 'invalid-request')) throw error;
}
