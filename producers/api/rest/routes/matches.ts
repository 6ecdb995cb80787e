import { z } from 'zod';
import { matchId, playerId } from '../../../../jobs/ids.ts';
import type { matchResult } from '../../../../jobs/ladder/result.ts';
import { at } from '../../../request-error.ts';
import { ApiProblem, problemOf } from '../problem.ts';
import { defineRoute } from '../route.ts';

const read = defineRoute({
  method: 'GET',
  path: '/matches/{matchId}',
  id: 'readMatch',
  summary: 'A match wherever it is: proposed, decided, or stored with its chances and its result.',
  call: 'describeMatch',
  input: z.strictObject({ matchId }),
  async run({ matchId: id }, { client, options }) {
    const match = await client.describeMatch(id, options);
    if (!match) throw new ApiProblem(404, at('matchId', `there is no match ${id}`));
    return { body: match };
  },
});

const data = defineRoute({
  method: 'GET',
  path: '/matches/{matchId}/matchmaker-data',
  id: 'readMatchmakerData',
  summary: 'What FlexMatch tells the game server of a match that has started.',
  call: 'readMatchmakerData',
  input: z.strictObject({ matchId }),
  run: async ({ matchId: id }, { client, options }) => ({
    body: await client.readMatchmakerData(id, options),
  }),
});

const left = defineRoute({
  method: 'DELETE',
  path: '/matches/{matchId}/players/{playerId}',
  id: 'playerLeft',
  summary: 'Says that a player left a match that goes on.',
  done: 204,
  call: 'playerLeft',
  input: z.strictObject({ matchId, playerId }),
  async run(request, { client, options }) {
    await client.playerLeft(request, options);
    return {};
  },
});

const report = defineRoute({
  method: 'POST',
  path: '/results',
  id: 'reportResults',
  summary:
    'Reports results of matches; each is taken or refused alone, and rates its match once however often it comes.',
  call: 'reportMatchResultAll',
  input: z.strictObject({ results: z.array(z.unknown()).min(1).max(200, 'at most 200 results') }),
  async run({ results }, { client, options }) {
    const settled = await client.reportMatchResultAll(results as z.output<typeof matchResult>[], options);
    const outcomes = settled.map((it) => {
      if (it.status === 'fulfilled') return { status: 202 };
      const problem = problemOf(it.reason);
      return { status: problem.status, problem: problem.details() };
    });
    return { body: { outcomes } };
  },
});

export const matchRoutes = [read, data, left, report];
