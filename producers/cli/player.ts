import { Command } from 'commander';
import type { DescribedPlayer } from '../live/describe-player.ts';
import { RequestError } from '../request-error.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';

export function playerCommands(): Command {
  const player = new Command('player').description('players');

  player
    .command('show')
    .description('a player: their ticket and live match as of now, and what is on record of them')
    .argument('<player-id>', 'the `sub` of their Cognito identity')
    .action((playerId: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const found = await client.describePlayer(playerId);
        if (!found)
          throw new RequestError(
            'not-found',
            `player ${playerId} is unknown: no session, no ticket and no record of theirs is here`,
          );
        show(command, found, () => playerText(found));
      }),
    );

  return player;
}

function playerText({ playerId, ticket, liveMatch, endedSession, record }: DescribedPlayer): string {
  const rows = [
    [
      'ticket',
      ticket ? `${ticket.ticketId} of ${ticket.pool ?? ticket.configuration}: ${ticket.status}` : 'none',
    ],
    ...(ticket?.matchId ? [["the ticket's match", ticket.matchId]] : []),
    ['live match', liveMatch ?? 'none'],
    ...(endedSession ? [['session that ended last', endedSession]] : []),
    ...(record
      ? [
          ['known since', record.created_at],
          ['games played', record.games_played],
          ['rating', record.current_rating],
        ]
      : [['record', 'none: no session of theirs has been stored']]),
  ];
  return [`player ${playerId}`, '', table(rows.map(([what, value]) => ({ what, value })))].join('\n');
}
