import { z } from 'zod';
import { ticketId } from '../../../jobs/ids.ts';
import type { TicketExplanation } from '../../../jobs/matchmaking/ticket-explanation.ts';
import type { DescribedTicket } from '../../../jobs/session/described-ticket.ts';
import type { TicketPlayer } from '../../../jobs/ticket/ticket.ts';
import { explanationFigures } from '../../cli/ticket-text.ts';
import { RequestError } from '../../request-error.ts';
import { eventTable } from '../event-table.ts';
import type { SeenEvent } from '../event-tail.ts';
import { html } from '../html.ts';
import { configurationLink, ended, facts, matchLink, moment, playerLink, poolLink, table } from '../parts.ts';
import { defineScreen, type Fleet } from '../screen.ts';

const eventsShown = 100;

export const ticket = defineScreen({
  path: '/ticket',
  input: z.strictObject({ id: ticketId }),
  title: ({ id }) => `Ticket ${id}`,
  // It asks the pool's worker.
  freshMs: 2_000,
  read: ({ id }, fleet) => readTicket(id, fleet),
  view: ({ ticket: it, explanation, events, eventsSince }) => html`
    <p class="why">${explanation ? `It ${ended(explanation.summary)}` : 'Nobody can say now why it waits.'}</p>
    ${facts([
      ['Status', it.status],
      ['Said', [it.statusReason, it.statusMessage].filter(Boolean).join(': ')],
      ['Configuration', configurationLink(it.configuration)],
      ['Pool', explanation?.pool && poolLink(explanation.pool)],
      ['Started', moment(it.startTime)],
      ['Ended', moment(it.endTime)],
      ['Match', it.matchId && matchLink(it.matchId)],
      ['Half of those before it waited at most', it.estimatedWaitTime && `${it.estimatedWaitTime} s`],
    ])}
    ${
      explanation &&
      table({
        caption: 'Why it is where it is',
        columns: ['What', 'Value'],
        rows: explanationFigures(explanation),
        none: 'There is nothing more to say of it.',
      })
    }
    ${table({
      caption: 'Players',
      columns: ['Player', 'Attributes', 'Latency'],
      rows: it.players.map((player) => [
        playerLink(player.playerId),
        attributesOf(player),
        latencyOf(player),
      ]),
      none: 'They are not kept any more.',
    })}
    ${eventTable('Events, the newest first', events, eventsSince)}`,
});

interface TicketData {
  readonly ticket: Omit<DescribedTicket, 'gameSessionConnectionInfo'>;
  readonly explanation?: TicketExplanation;
  readonly events: readonly SeenEvent[];
  readonly eventsSince?: string;
}

/** What a player shows to a game server is theirs: it is left out. */
async function readTicket(id: string, { client, events: tail }: Fleet): Promise<TicketData> {
  const [[found], explanation] = await Promise.all([
    client.describeMatchmaking([id]),
    client.explainTicket(id).catch(unexplained),
  ]);
  if (!found) throw new RequestError('not-found', `there is no ticket ${id}, nor is one on record`);
  const { gameSessionConnectionInfo: _theirs, ...ticket } = found;
  const eventsSince = tail.since();
  return {
    ticket,
    ...(explanation && { explanation }),
    events: tail.newest(eventsShown, (it) => it.tickets.includes(id)),
    ...(eventsSince && { eventsSince }),
  };
}

/** Without a worker everything else is still worth seeing. */
export function unexplained(error: unknown): undefined {
  if (!(error instanceof RequestError)) throw error;
}

const attributesOf = ({ attributes }: TicketPlayer): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${name}=${JSON.stringify(Object.values(value)[0])}`)
    .join(' ');

const latencyOf = ({ latencyInMs = {} }: TicketPlayer): string =>
  Object.entries(latencyInMs)
    .map(([location, ms]) => `${location}=${ms}`)
    .join(' ');
