import { Command } from 'commander';
import type { PlayerOnRecord } from '../../jobs/maintenance/read-players.ts';
import type { DescribedPlayer } from '../live/describe-player.ts';
import { at, RequestError } from '../request-error.ts';
import { table } from './table.ts';
import { show, withClient } from './terminal.ts';
import { reasonOf } from './wording.ts';

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

  player
    .command('erase')
    .description(
      'erase a player: profile, ratings, sessions and tickets go; a pseudonym stands in matches. Needs --reason, which must not name them',
    )
    .argument('<player-id>', 'the `sub` of their Cognito identity')
    .action((playerId: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const { reason } = command.optsWithGlobals<{ reason?: string }>();
        if (!reason)
          throw new RequestError(
            'invalid-request',
            at('--reason', 'say why, without naming the player; it is kept'),
          );
        const answer = await client.erasePlayer({ playerId, reason });
        show(command, answer, [answer]);
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
          ['known since', record.createdAt],
          ['games played', record.gamesPlayed],
          ['rating', record.rating],
        ]
      : [['record', 'none: no session of theirs has been stored']]),
  ];
  return [
    `player ${playerId}`,
    table(rows.map(([what, value]) => ({ what, value }))),
    ...(record ? recordTables(record) : []),
  ].join('\n\n');
}

/** Ratings, their last changes and sessions, as far as there are any. */
function recordTables({ ratings, changes, sessions }: PlayerOnRecord): string[] {
  const tables = [
    ratings.map((it) => ({
      ...{ ladder: it.ladder, rating: it.rating, '±': it.uncertainty, games: it.games, season: it.season },
      'last match': it.lastMatchAt,
    })),
    changes.map(({ ladder, at, before, after, why }) => ({ at, ladder, before, after, why: reasonOf(why) })),
    sessions.map((it) => ({
      ...{ session: it.sessionId, status: it.status, rating: it.rating },
      ...{ began: it.createdAt, changed: it.changedAt },
    })),
  ];
  return tables.filter((it) => it.length > 0).map(table);
}
