import { z } from 'zod';
import { isForPlayers, rightFor } from '../../../jobs/permissions.ts';
import type { Route } from './route.ts';
import { jsonSchema } from './schemas.ts';

type Schema = Record<string, unknown>;

const problem = {
  description: 'A problem (RFC 9457): `errors` names the members of the request that are wrong.',
  content: {
    'application/problem+json': {
      schema: jsonSchema(
        z.object({
          type: z.string(),
          title: z.string(),
          status: z.int(),
          detail: z.string(),
          errors: z.array(z.object({ path: z.string(), detail: z.string() })),
          outcome: z.enum(['not-done', 'unknown']).describe('Whether anything may have been changed'),
        }),
      ),
    },
  },
};

/** The OpenAPI 3.1 document of the routes, from the schemas that they check their input by. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Matchmaking fleet', version: '1' },
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: "A service's key: name~secret." },
        player: { type: 'http', scheme: 'bearer', description: "A player's access token." },
      },
    },
  };
}

function operationOf({ method, path, id, summary, call, input, output, done: ended }: Route): object {
  const done = ended ?? 200;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const {
    properties = {},
    required = [],
    ...rest
  } = jsonSchema(input) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  const others = Object.keys(properties).filter((name) => !inPath.includes(name));
  const parameter = (name: string, place: 'path' | 'query') => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: properties[name] ?? { type: 'string' },
  });
  const hasBody = (method === 'PUT' || method === 'POST') && others.length > 0;
  const body = {
    ...rest,
    properties: Object.fromEntries(others.map((name) => [name, properties[name]])),
    required: required.filter((name) => !inPath.includes(name)),
  };
  return {
    operationId: id,
    summary,
    description: `Services need the right ${rightFor(call)}. ${isForPlayers(call) ? 'Open to players, for themselves.' : 'Closed to players.'}`,
    security: isForPlayers(call) ? [{ key: [] }, { player: [] }] : [{ key: [] }],
    parameters: [
      ...inPath.map((name) => parameter(name, 'path')),
      ...(hasBody ? [] : others.map((name) => parameter(name, 'query'))),
    ],
    ...(hasBody && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [done]: {
        description: 'Done.',
        ...(done !== 204 && {
          content: { 'application/json': { schema: output ? jsonSchema(output) : {} } },
        }),
      },
      default: problem,
    },
  };
}
