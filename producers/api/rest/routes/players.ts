import { z } from 'zod';
import { playerId } from '../../../../jobs/ids.ts';
import { at } from '../../../request-error.ts';
import * as outputs from '../outputs.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute } from '../route.ts';

const read = defineRoute({
  method: 'GET',
  path: '/players/{playerId}',
  id: 'readPlayer',
  summary: "A player's profile and ratings, with their newest ticket and their live match.",
  call: 'readPlayer',
  input: z.strictObject({ playerId }),
  output: outputs.player,
  async run({ playerId }, { client, caller, asApi }) {
    if (caller.kind === 'players' && caller.playerIds[0] !== playerId)
      throw new ApiProblem(403, at('playerId', 'a player may read only about themselves'));
    const [[record], live] = await Promise.all([
      client.readRecord('players', playerId, asApi),
      client.findLivePlayer(playerId, asApi),
    ]);
    if (!record && !live) throw new ApiProblem(404, at('playerId', `nothing is known of ${playerId}`));
    return { body: { playerId, profile: record?.['profile'], ratings: record?.['ratings'], ...live } };
  },
});

export const playerRoutes = [read];
