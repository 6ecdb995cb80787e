import { z } from 'zod';
import { reasonOf } from '../../cli/wording.ts';
import { RequestError } from '../../request-error.ts';
import { chart } from '../chart.ts';
import { eventTable } from '../event-table.ts';
import { html } from '../html.ts';
import {
  configurationLink,
  ended,
  facts,
  ladderLink,
  matchLink,
  moment,
  table,
  ticketLink,
} from '../parts.ts';
import { defineScreen } from '../screen.ts';
import { unexplained } from './ticket.ts';

const eventsShown = 50;
/** Changes of each ladder. */
const changesShown = 50;

export const player = defineScreen({
  path: '/player',
  input: z.strictObject({ id: z.string().min(1).max(1_024) }),
  title: ({ id }) => `Player ${id}`,
  freshMs: 3_000,
  async read({ id }, { client, events }) {
    const found = await client.describePlayer(id, { changes: changesShown });
    if (!found)
      throw new RequestError(
        'not-found',
        `player ${id} is unknown: no session, no ticket and no record is here`,
      );
    const explanation =
      found.ticket && (await client.explainTicket(found.ticket.ticketId).catch(unexplained));
    return {
      ...found,
      ...(explanation && { explanation }),
      events: events.newest(eventsShown, (it) => it.players.includes(id)),
      eventsSince: events.since(),
    };
  },
  view: ({ ticket, liveMatch, endedSession, record, explanation, events, eventsSince }) => html`
    ${
      ticket && explanation
        ? html`<p class="why">Ticket ${ticketLink(ticket.ticketId)} ${ended(explanation.summary)}</p>`
        : html`<p class="why">${ticket ? 'Nobody can say now why the ticket waits.' : 'No ticket of theirs is here now.'}</p>`
    }
    ${facts([
      ['Newest ticket', ticket && html`${ticketLink(ticket.ticketId)}, ${ticket.status}`],
      ['Configuration', ticket && configurationLink(ticket.configuration)],
      ['Plays now', liveMatch && matchLink(liveMatch)],
      ['Session that ended last', endedSession],
      ['Known since', moment(record?.createdAt)],
      ['Games played', record?.gamesPlayed],
      ['Rating', record?.rating],
    ])}
    ${!record && html`<p class="none">No session of theirs has been stored.</p>`}
    ${table({
      caption: 'Ratings by ladder',
      columns: ['Ladder', 'Rating', '±', 'Games', 'Last match'],
      rows: (record?.ratings ?? []).map((it) => [
        ladderLink(it.ladder),
        it.rating,
        it.uncertainty,
        it.games,
        moment(it.lastMatchAt),
      ]),
      none: 'They have not been rated on a ladder of its own.',
    })}
    ${[...Map.groupBy(record?.changes ?? [], (it) => it.ladder)].map(([ladder, changes]) =>
      chart({
        caption: `Rating on ladder ${ladder}`,
        series: ['rating'],
        points: changes.toReversed().map(({ at, after }) => ({ at, values: [after] })),
        none: '',
      }),
    )}
    ${table({
      caption: 'Last changes of their ratings',
      columns: ['When', 'Ladder', 'Before', 'After', 'Change', 'Why'],
      rows: (record?.changes ?? []).map(({ at, ladder, before, after, why }) => [
        moment(at),
        ladderLink(ladder),
        before,
        after,
        signed(after - before),
        why.kind === 'match' ? html`${matchLink(why.matchId)} ${reasonOf(why)}` : reasonOf(why),
      ]),
      none: 'No rating of theirs has changed.',
    })}
    ${eventTable('Their events, the newest first', events, eventsSince)}`,
});

const signed = (change: number): string => `${change > 0 ? '+' : ''}${change}`;
