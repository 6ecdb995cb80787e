import { z } from 'zod';
import { eventTable } from '../event-table.ts';
import { html } from '../html.ts';
import { defineScreen } from '../screen.ts';

const shownAtOnce = 100;

const wanted = z.string().max(1_024).default('');

const types = [
  'MatchmakingSearching',
  'PotentialMatchCreated',
  'AcceptMatch',
  'AcceptMatchCompleted',
  'MatchmakingSucceeded',
  'MatchmakingTimedOut',
  'MatchmakingCancelled',
  'MatchmakingFailed',
] as const;

export const events = defineScreen({
  path: '/events',
  input: z.strictObject({
    type: z.enum(['', ...types]).default(''),
    configuration: wanted,
    ticket: wanted,
    player: wanted,
  }),
  title: () => 'Events',
  async read({ type, configuration, ticket, player }, { events: tail }) {
    const found = tail.newest(
      shownAtOnce,
      (it) =>
        (type === '' || it.type === type) &&
        (configuration === '' || it.configuration === configuration) &&
        (ticket === '' || it.tickets.includes(ticket)) &&
        (player === '' || it.players.includes(player)),
    );
    return { events: found, since: tail.since() };
  },
  view: (data) => eventTable(`The newest ${shownAtOnce}`, data.events, data.since),
  filters: (it) => html`
    <form action="/events" class="filters">
      <label>Event <select name="type">
        <option value="">all</option>
        ${types.map((type) => html`<option value=${type} selected=${type === it.type}>${type}</option>`)}
      </select></label>
      <label>Configuration <input name="configuration" value=${it.configuration} maxlength="128" /></label>
      <label>Ticket <input name="ticket" value=${it.ticket} maxlength="128" /></label>
      <label>Player <input name="player" value=${it.player} maxlength="1024" /></label>
      <button>Show</button>
    </form>`,
});
