import { Command } from 'commander';
import { show, withClient } from './terminal.ts';

export function eventCommands(): Command {
  const event = new Command('event').description('lifecycle events on their way to topics');

  event
    .command('refused')
    .description('events that a topic refused for good, with the reason, newest first')
    .action((_options: unknown, command: Command) =>
      withClient(command, async (client) => {
        const refused = await client.listRefusedEvents();
        const rows = refused.map(({ at, number, type, ticketIds, reason, topic }) => ({
          at,
          number,
          type,
          tickets: ticketIds.slice(0, 3).join(' ') + (ticketIds.length > 3 ? ' ...' : ''),
          reason,
          topic,
        }));
        show(command, refused, rows);
      }),
    );

  return event;
}
