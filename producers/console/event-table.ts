import type { SeenEvent } from './event-tail.ts';
import { type Html, html } from './html.ts';
import { configurationLink, matchLink, moment, playerLink, table, ticketLink } from './parts.ts';

/** Ids shown of one event. */
const idsShown = 6;

/** Events with what they are about, and since when they are known here. */
export const eventTable = (
  caption: string,
  events: readonly SeenEvent[],
  since: string | undefined,
): Html => html`
  ${table({
    caption,
    columns: ['When', 'Event', 'Configuration', 'Tickets', 'Players', 'Match', 'Said'],
    rows: events.map((it) => [
      moment(it.at),
      it.type,
      configurationLink(it.configuration),
      listed(it.tickets, ticketLink),
      listed(it.players, playerLink),
      it.matchId && matchLink(it.matchId),
      it.message,
    ]),
    none: 'None is kept here.',
  })}
  <p class="none">${
    since
      ? html`This console has the events since ${moment(since)}. Of older ones only the times on record are known.`
      : 'No event has happened since this console reads along.'
  }</p>`;

const listed = (ids: readonly string[], link: (id: string) => Html): Html => html`
  ${ids.slice(0, idsShown).map((id) => html`${link(id)} `)}
  ${ids.length > idsShown && `and ${ids.length - idsShown} more`}`;
