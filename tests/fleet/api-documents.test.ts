import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiProcess } from '../support/api-process.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { openApi } from '../support/open-api.ts';

/** What the API says of itself, which takes no key and no worker. */
let fleet: Fleet;
let api: ApiProcess;
beforeAll(async () => {
  fleet = await openFleet();
  api = await openApi(fleet);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

test('OpenAPI 3.1 describes every route, from the schemas that check them', async () => {
  const document = (await (await fetch(`${api.url}/v1/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { operationId: string; requestBody?: object; parameters: object[] }>
    >;
  };

  expect(document.openapi).toBe('3.1.0');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]) => ({ path, method, ...it })),
  );
  expect(new Set(operations.map((it) => it.operationId)).size).toBe(operations.length);
  const start = document.paths['/v1/matchmaking']?.['post'];
  expect(start?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          properties: {
            configuration: { type: 'string', maxLength: 128 },
            players: { type: 'array', items: { properties: { playerId: { type: 'string' } } } },
          },
          required: ['configuration', 'players'],
        },
      },
    },
  });
  const get = document.paths['/v1/matchmaking/{ticketId}']?.['get'];
  expect(get?.parameters).toMatchObject([{ name: 'ticketId', in: 'path', required: true }]);
});

test('JSON Schemas of jobs, events and settings are served by name', async () => {
  const schema = async (name: string) =>
    (await (await fetch(`${api.url}/v1/schemas/${name}`)).json()) as object;
  const { names } = (await schema('')) as { names: string[] };

  expect(names).toEqual(expect.arrayContaining(['jobs', 'event', 'rule-set', 'configuration', 'ladder']));
  const jobs = await schema('jobs');
  expect(jobs).toMatchObject({ 'start-matchmaking': { queue: 'matchmaking', item: { type: 'object' } } });
  for (const name of names.filter((it) => it !== 'jobs'))
    expect(await schema(name)).toMatchObject({ title: expect.any(String), type: expect.any(String) });
  expect((await fetch(`${api.url}/v1/schemas/nothing`)).status).toBe(404);
});
