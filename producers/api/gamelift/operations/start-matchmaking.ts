import { z } from 'zod';
import { nameOrArn } from '../names.ts';
import { defineOperation } from '../operation.ts';
import { playerList } from '../players.ts';
import { startedTicket } from '../ticket.ts';

const input = z.object({
  TicketId: z.string().optional(),
  ConfigurationName: nameOrArn('configuration'),
  Players: playerList,
});

export const startMatchmaking = defineOperation(
  'StartMatchmaking',
  'startMatchmaking',
  input,
  async ({ TicketId, ConfigurationName: configuration, Players: players }, { client, options, origin }) => {
    const ticket = await client.startMatchmaking(
      { configuration, players, ...(TicketId !== undefined && { ticketId: TicketId }) },
      options,
    );
    return { MatchmakingTicket: startedTicket(ticket, configuration, players, origin) };
  },
);
