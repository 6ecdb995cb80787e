import { Command } from 'commander';
import type { StartRequest } from '../../jobs/ticket/start-request.ts';
import { RequestError } from '../request-error.ts';
import { withExample } from './examples.ts';
import { readJson } from './read-file.ts';
import { show, withClient } from './terminal.ts';
import { explanationText, ticketText } from './ticket-text.ts';

export function ticketCommands(from: string): Command {
  const ticket = new Command('ticket').description('matchmaking tickets');

  withExample(ticket.command('start'), from, 'ticket.json')
    .description('start matchmaking')
    .argument(
      '<file>',
      'JSON: configuration, players [{ playerId, attributes: { skill: { N: 20 } } }], ticketId?',
    )
    .action((file: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const started = await client.startMatchmaking((await readJson(from, file)) as StartRequest);
        show(command, started, [{ ...started }]);
      }),
    );

  ticket
    .command('accept')
    .description('answer the proposal a ticket is in (status REQUIRES_ACCEPTANCE)')
    .argument('<ticket-id>')
    .argument('<match-id>')
    .requiredOption('--player <id...>', 'whose answer it is')
    .option('--reject', 'reject instead')
    .action(
      (ticketId: string, matchId: string, answer: { player: string[]; reject?: boolean }, command: Command) =>
        withClient(command, async (client) => {
          const acceptance = answer.reject ? 'REJECT' : 'ACCEPT';
          await client.acceptMatch({ ticketId, matchId, playerIds: answer.player, acceptance });
          show(command, { ticketId, matchId, acceptance }, [{ ticketId, matchId, acceptance }]);
        }),
    );

  ticket
    .command('stop')
    .description('cancel a ticket')
    .argument('<ticket-id>')
    .action((ticketId: string, _options: unknown, command: Command) =>
      withClient(command, async (client) => {
        await client.stopMatchmaking(ticketId);
        show(command, { ticketId, status: 'CANCELLED' }, [{ ticketId, status: 'CANCELLED' }]);
      }),
    );

  ticket
    .command('show')
    .description('a ticket as it is now, or as it ended')
    .argument('<ticket-id>')
    .option('--explain', 'say what it waits for, as the next cycle of its pool sees it')
    .action((ticketId: string, { explain }: { explain?: true }, command: Command) =>
      withClient(command, async (client) => {
        if (explain) {
          const explained = await client.explainTicket(ticketId);
          show(command, explained, () => explanationText(explained));
          return;
        }
        const [found] = await client.describeMatchmaking([ticketId]);
        if (!found)
          throw new RequestError('not-found', `there is no ticket ${ticketId}, nor is one on record`);
        show(command, found, () => ticketText(found));
      }),
    );

  return ticket;
}
