import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Log } from '../../workers/telemetry/log.ts';
import type { FleetClient } from '../client.ts';
import { parse } from '../parse.ts';
import { RequestError } from '../request-error.ts';
import type { EventTail } from './event-tail.ts';
import { type Html, html, markupOf } from './html.ts';
import { page } from './layout.ts';
import { openLive } from './live.ts';
import type { SharedReadings } from './readings.ts';
import type { Viewer, WhoLooks } from './viewer.ts';

/** What screens read and actions change. */
export interface Fleet {
  readonly client: FleetClient;
  readonly events: EventTail;
  /** For what a screen reads less often than it is shown. */
  readonly readings: SharedReadings;
  readonly domain: string;
}

export interface Screen<Input, Data> {
  readonly path: string;
  /** What the query of its URL may say. */
  readonly input: z.ZodType<Input>;
  readonly title: (input: Input) => string;
  /** How long (ms) a reading serves everybody. Default: a second. */
  readonly freshMs?: number;
  /** All that is shown. It is the page's JSON too. */
  readonly read: (input: Input, fleet: Fleet) => Promise<Data>;
  readonly view: (data: Data, input: Input) => Html;
  /** Narrows what is shown. */
  readonly filters?: (input: Input) => Html;
  /** What may be changed here, for people who may. */
  readonly forms?: (data: Data, input: Input) => Html;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of screens, each with an input and data of its own
export type AnyScreen = Screen<any, any>;

export const defineScreen = <Input, Data>(screen: Screen<Input, Data>): AnyScreen => screen;

export interface ServingParts {
  readonly fleet: Fleet;
  readonly whoLooks: WhoLooks;
  readonly log: Log;
}

/**
 * Serves each screen under one URL: as a page, with `format=json` as data, with `format=live` as a stream of
 * what changes.
 */
export function serveScreens(app: FastifyInstance, screens: readonly AnyScreen[], parts: ServingParts): void {
  const serveLive = openLive();
  for (const screen of screens)
    app.get(screen.path, async (request, reply) => {
      const { format, ...query } = request.query as Record<string, unknown>;
      const viewer = await parts.whoLooks(request).catch(() => undefined);
      if (!viewer) return refuse(request, reply, format);
      try {
        const input = parse(screen.input, query);
        const key = `${screen.path} ${JSON.stringify(input)}`;
        const read = () =>
          parts.fleet.readings.read(key, screen.freshMs ?? 1_000, () => screen.read(input, parts.fleet));
        if (format === 'live') {
          const look = async () => markupOf(await read().then((data) => screen.view(data, input), troubleOf));
          return await serveLive(reply, look);
        }
        const data = await read();
        if (format === 'json') return await reply.send(data);
        const as = (name: string) =>
          `${screen.path}?${new URLSearchParams({ ...(query as object), format: name })}`;
        return await send(reply, 200, {
          ...{ title: screen.title(input), viewer, main: screen.view(data, input) },
          filters: screen.filters?.(input),
          ...(viewer.rights.has('operate') && screen.forms && { forms: screen.forms(data, input) }),
          ...{ live: as('live'), json: as('json'), domain: parts.fleet.domain },
        });
      } catch (error) {
        return sendError(reply, error, viewer, format, parts);
      }
    });
  app.setNotFoundHandler(async (request, reply) => {
    const viewer = await parts.whoLooks(request).catch(() => undefined);
    if (!viewer) return refuse(request, reply, undefined);
    return sendError(
      reply,
      new RequestError('not-found', 'there is no such screen'),
      viewer,
      undefined,
      parts,
    );
  });
}

const statuses = {
  'invalid-request': 400,
  'not-found': 404,
  'not-allowed': 403,
  conflict: 409,
  refused: 409,
  unavailable: 503,
  pending: 202,
} as const;

/** An expected outcome is told as it is; what nobody expected is in the log. */
export function sendError(
  reply: FastifyReply,
  error: unknown,
  viewer: Viewer,
  format: unknown,
  { log, fleet }: Pick<ServingParts, 'log' | 'fleet'>,
): FastifyReply {
  const expected = error instanceof RequestError ? error : undefined;
  if (!expected) log.error({ err: error }, 'a screen failed');
  const { code, message } = expected ?? {
    code: 'error',
    message: 'this failed; the log of the console says why',
  };
  const status = expected ? statuses[expected.code] : 500;
  if (format === 'json') return reply.code(status).send({ error: { code, message } });
  const title = status === 404 ? 'Not found' : 'This did not work';
  return send(reply, status, { title, viewer, main: told(message), domain: fleet.domain });
}

export const send = (reply: FastifyReply, status: number, shown: Parameters<typeof page>[0]): FastifyReply =>
  reply.code(status).type('text/html; charset=utf-8').send(page(shown));

const told = (message: string): Html => html`<p class="trouble" role="alert">${message}</p>`;

/** In the place of a page that lives: it goes on as soon as it can. */
const troubleOf = (error: unknown): Html =>
  told(error instanceof RequestError ? error.message : 'this failed; the log of the console says why');

export function refuse(request: FastifyRequest, reply: FastifyReply, format: unknown): FastifyReply {
  if (format !== undefined || request.method !== 'GET')
    return reply
      .code(401)
      .send({ error: { code: 'not-allowed', message: 'log in with a key that may read' } });
  return reply.redirect(`/login?${new URLSearchParams({ next: request.url })}`, 303);
}
