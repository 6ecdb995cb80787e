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
    const [matches, explanation] = await Promise.all([
      client.readPlayerHistory(id),
      found.ticket && client.explainTicket(found.ticket.ticketId).catch(unexplained),
    ]);
    return {
      ...found,
      matches,
      ...(explanation && { explanation }),
      events: events.newest(eventsShown, (it) => it.players.includes(id)),
      eventsSince: events.since(),
    };
  },
  view: ({ ticket, liveMatch, endedSession, record, matches, explanation, events, eventsSince }) => html`
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
    ${table({
      caption: 'Last changes of their ratings',
      columns: ['When', 'Ladder', 'Before', 'After', 'Why'],
      rows: (record?.changes ?? []).map(({ at, ladder, before, after, why }) => [
        moment(at),
        ladderLink(ladder),
        before,
        after,
        reasonOf(why),
      ]),
      none: 'No rating of theirs has changed.',
    })}
    ${[...Map.groupBy(matches, (it) => it.ladder)].map(([ladder, rated]) =>
      chart({
        caption: `Rating on ladder ${ladder}`,
        series: ['rating'],
        points: rated
          .toReversed()
          .map(({ ratedAt, after }) => ({ at: ratedAt, values: [Math.round(after)] })),
        none: '',
      }),
    )}
    ${table({
      caption: 'Rated matches, the newest first',
      columns: ['Match', 'Ladder', 'Rated', 'Before', 'After', 'Change'],
      rows: matches.map((it) => [
        matchLink(it.matchId),
        it.ladder,
        moment(it.ratedAt),
        ...[Math.round(it.before), Math.round(it.after), signed(it.after - it.before)],
      ]),
      none: 'No match of theirs has been rated.',
    })}
    ${eventTable('Their events, the newest first', events, eventsSince)}`,
});

const signed = (change: number): string => `${change > 0 ? '+' : ''}${Math.round(change)}`;
