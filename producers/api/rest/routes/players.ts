import { z } from 'zod';
import { ladderName } from '../../../../jobs/rating-update/ladder.ts';
import { Problem } from '../problem.ts';
import { defineRoute } from '../route.ts';

const read = defineRoute({
  method: 'GET',
  path: '/players/{playerId}',
  id: 'readPlayer',
  summary: "A player's profile and ratings, with their newest ticket and their live match.",
  right: 'read',
  players: true,
  input: z.strictObject({ playerId: z.string().min(1).max(1024) }),
  async run({ playerId }, { client, caller, asApi }) {
    if (caller.kind === 'players' && caller.playerIds[0] !== playerId)
      throw new Problem(403, 'playerId: a player may read only about themselves');
    const [[record], live] = await Promise.all([
      client.readRecord('players', playerId, asApi),
      client.livePlayer(playerId, asApi),
    ]);
    if (!record && !live) throw new Problem(404, `playerId: nothing is known of ${playerId}`);
    return { body: { playerId, profile: record?.['profile'], ratings: record?.['ratings'], ...live } };
  },
});

const putLadder = defineRoute({
  method: 'PUT',
  path: '/ladders/{name}',
  id: 'putLadder',
  summary: 'Gives a ladder its settings, for matches rated from now on; what is not named is the default.',
  right: 'operate',
  input: z.strictObject({ name: ladderName, settings: z.record(z.string(), z.unknown()) }),
  run: async (request, { client, options }) => ({ body: await client.putLadder(request, options) }),
});

const startSeason = defineRoute({
  method: 'PUT',
  path: '/ladders/{name}/seasons/{season}',
  id: 'startSeason',
  summary: "Starts a ladder's next season: a soft reset of every rating on it. A repeat changes nothing.",
  right: 'operate',
  input: z.strictObject({ name: ladderName, season: z.coerce.number<string>().int().min(1) }),
  run: async ({ name, season }, { client, options }) => ({
    body: await client.startSeason({ ladder: name, season }, options),
  }),
});

export const playerRoutes = [read, putLadder, startSeason];
