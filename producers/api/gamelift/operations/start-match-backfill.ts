import { z } from 'zod';
import { Fault } from '../fault.ts';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { playerList } from '../players.ts';
import { startedTicket } from '../ticket.ts';

const input = z.object({
  TicketId: z.string().optional(),
  ConfigurationName: nameOrArn('configuration'),
  GameSessionArn: z
    .string()
    .max(512)
    .regex(/^[a-zA-Z0-9:/.-]*$/, 'must be an ARN')
    .optional(),
  Players: playerList,
});

export const startMatchBackfill = defineOperation(
  'StartMatchBackfill',
  'startBackfill',
  input,
  async (asked, { client, options, origin }) => {
    const { TicketId, ConfigurationName: configuration, GameSessionArn = '', Players: players } = asked;
    const playing = await client.findLiveMatches(
      players.map((it) => it.playerId),
      options,
    );
    const matchId = matchOf(playing, GameSessionArn.split('/').at(-1) ?? '');
    const ticket = await client.startBackfill(
      { configuration, matchId, players, ...(TicketId !== undefined && { ticketId: TicketId }) },
      options,
    );
    return { MatchmakingTicket: startedTicket(ticket, configuration, players, origin) };
  },
);

/**
 * The match that the ARN ends with, where one of the players is in it; else the one that most of them are in.
 */
function matchOf(playing: ReadonlyMap<string, readonly string[]>, named: string): string {
  if (playing.has(named)) return named;
  const [first, second] = [...playing].sort(([, one], [, other]) => other.length - one.length);
  if (!first)
    throw new Fault(
      'NotFoundException',
      'Players: none of them is in a match that is live as far as we know',
    );
  if (second?.[1].length === first[1].length)
    throw new Fault(
      'InvalidRequestException',
      `Players: ${first[1][0]} is in match ${first[0]} and ${second[1][0]} in ${second[0]}; list those of one match, or give the GameSessionArn that ends with its id`,
    );
  return first[0];
}
