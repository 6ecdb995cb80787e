import { z } from 'zod';
import { poolName } from '../../../jobs/configuration/pool-name.ts';
import { html } from '../html.ts';
import { configurationLink, facts, table, ticketLink, trouble, wait } from '../parts.ts';
import { defineScreen } from '../screen.ts';

export const pool = defineScreen({
  path: '/pool',
  input: z.strictObject({ name: poolName }),
  title: ({ name }) => `Pool ${name}`,
  // It asks the pool's worker about the oldest tickets.
  freshMs: 5_000,
  read: ({ name }, { client }) => client.describePool(name, { most: 50 }),
  view: (it) => html`
    ${it.pausedSince && trouble('Its configuration is paused.')}
    ${facts([
      ['Configuration', configurationLink(it.configuration)],
      ['Tickets', it.tickets],
      ['Players', it.players],
      ['Proposals that wait for answers', it.proposals],
      ['Matches of the configuration that are not stored yet', it.outbox.ofConfiguration],
    ])}
    ${table({
      caption: 'Oldest tickets',
      columns: ['Ticket', 'Players', 'Waits for', 'Times out in', 'Stage', 'Why it waits'],
      rows: it.oldest.map((ticket) => [
        ticketLink(ticket.ticketId),
        ticket.players,
        wait(ticket.waitingSeconds * 1_000),
        wait(ticket.timesOutInSeconds * 1_000),
        `${ticket.stage} of ${ticket.stages}`,
        ticket.why,
      ]),
      none: 'Nobody searches in it now.',
    })}`,
});
