import { z } from 'zod';
import { RequestError } from '../../request-error.ts';
import { eventTable } from '../event-table.ts';
import { html } from '../html.ts';
import { configurationLink, facts, matchLink, moment, table, ticketLink } from '../parts.ts';
import { defineScreen } from '../screen.ts';
import { unexplained } from './ticket.ts';

const eventsShown = 50;

export const player = defineScreen({
  path: '/player',
  input: z.strictObject({ id: z.string().min(1).max(1_024) }),
  title: ({ id }) => `Player ${id}`,
  freshMs: 3_000,
  async read({ id }, { client, events }) {
    const found = await client.describePlayer(id);
    if (!found)
      throw new RequestError(
        'not-found',
        `player ${id} is unknown: no session, no ticket and no record is here`,
      );
    const [[document], explanation] = await Promise.all([
      client.readRecord('players', id),
      found.ticket && client.explainTicket(found.ticket.ticketId).catch(unexplained),
    ]);
    return {
      ...found,
      ratings: (document?.['ratings'] ?? {}) as Readonly<Record<string, { mu: number; sigma: number }>>,
      ...(explanation && { explanation }),
      events: events.newest(eventsShown, (it) => it.players.includes(id)),
      eventsSince: events.since(),
    };
  },
  view: ({ ticket, liveMatch, endedSession, record, ratings, explanation, events, eventsSince }) => html`
    ${
      ticket && explanation
        ? html`<p class="why">Ticket ${ticketLink(ticket.ticketId)} ${explanation.summary}.</p>`
        : html`<p class="why">${ticket ? 'Nobody can say now why the ticket waits.' : 'No ticket of theirs is here now.'}</p>`
    }
    ${facts([
      ['Newest ticket', ticket && html`${ticketLink(ticket.ticketId)}, ${ticket.status}`],
      ['Configuration', ticket && configurationLink(ticket.configuration)],
      ['Plays now', liveMatch && matchLink(liveMatch)],
      ['Session that ended last', endedSession],
      ['Known since', moment(record?.created_at)],
      ['Games played', record?.games_played],
      ['Rating', record && Math.round(record.current_rating)],
    ])}
    ${!record && html`<p class="none">No session of theirs has been stored.</p>`}
    ${table({
      caption: 'Ratings by ladder',
      columns: ['Ladder', 'Mean', 'Uncertainty'],
      rows: Object.entries(ratings).map(([ladder, it]) => [
        html`<a href=${`/ladder?${new URLSearchParams({ name: ladder })}`}>${ladder}</a>`,
        it.mu.toFixed(2),
        it.sigma.toFixed(2),
      ]),
      none: 'They have not been rated on a ladder of its own.',
    })}
    ${eventTable('Their events, the newest first', events, eventsSince)}`,
});
