import { z } from 'zod';
import { ladderName } from '../../../../jobs/ids.ts';
import { at } from '../../../request-error.ts';
import * as outputs from '../outputs.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute } from '../route.ts';

const list = defineRoute({
  method: 'GET',
  path: '/ladders',
  id: 'listLadders',
  summary:
    'Every ladder that is on record or that a configuration names: its settings, its season and what waits.',
  call: 'listLadders',
  input: z.strictObject({}),
  output: outputs.ladders,
  run: async (_request, { client }) => ({ body: { items: await client.listLadders() } }),
});

const read = defineRoute({
  method: 'GET',
  path: '/ladders/{name}',
  id: 'readLadder',
  summary: 'A ladder with its settings, its season and who uses it.',
  call: 'listLadders',
  input: z.strictObject({ name: ladderName }),
  output: outputs.ladder,
  async run({ name }, { client }) {
    const found = (await client.listLadders()).find((it) => it.name === name);
    if (!found) throw new ApiProblem(404, at('name', `there is no ladder ${name}`));
    return { body: found };
  },
});

const put = defineRoute({
  method: 'PUT',
  path: '/ladders/{name}',
  id: 'putLadder',
  summary: 'Gives a ladder its settings, for matches rated from now on; what is not named is the default.',
  call: 'putLadder',
  input: z.strictObject({ name: ladderName, settings: z.record(z.string(), z.unknown()) }),
  run: async (request, { client, options }) => ({ body: await client.putLadder(request, options) }),
});

const startSeason = defineRoute({
  method: 'PUT',
  path: '/ladders/{name}/seasons/{season}',
  id: 'startSeason',
  summary: "Starts a ladder's next season: a soft reset of every rating on it. A repeat changes nothing.",
  call: 'startSeason',
  input: z.strictObject({ name: ladderName, season: z.coerce.number<string>().int().min(1) }),
  run: async ({ name, season }, { client, options }) => ({
    body: await client.startSeason({ ladder: name, season }, options),
  }),
});

const remove = defineRoute({
  method: 'DELETE',
  path: '/ladders/{name}',
  id: 'deleteLadder',
  summary:
    'Deletes a ladder that no configuration names and on which no match is live, no result waits and no player has a rating.',
  done: 204,
  call: 'deleteLadder',
  input: z.strictObject({ name: ladderName }),
  async run({ name }, { client, options }) {
    await client.deleteLadder(name, options);
    return {};
  },
});

export const ladderRoutes = [list, read, put, startSeason, remove];
