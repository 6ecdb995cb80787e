import { leadsTo } from '../ticket/lifecycle.ts';
import type { Check } from './check.ts';
import { callsOf } from './diary.ts';

/** No event is missing that a reader or the stream should have. */
export const eventsKept: Check = {
  invariant: 8,
  find: ({ eventsComplete }, { gaps }) => [
    ...(eventsComplete ? [] : [{ subject: '', story: 'events are missing from the stream' }]),
    ...gaps.map((gap) => ({ subject: gap, story: `events ${gap} were lost` })),
  ],
};

/** A ticket's events lead to its status. */
export const eventsInOrder: Check = {
  invariant: 8,
  find({ tickets, events, eventsComplete }, diary) {
    if (!eventsComplete) return [];
    const heard = Map.groupBy(
      events.flatMap(({ type, tickets: own }) => own.map(({ ticketId }) => ({ ticketId, type }))),
      (it) => it.ticketId,
    );
    const started = Map.groupBy(callsOf(diary, 'start'), (call) => call.ticketId);
    return tickets.flatMap(({ ticketId, status }) => {
      const types = (heard.get(ticketId) ?? []).map((it) => it.type);
      // Whoever uses an id again starts another life.
      const usedAgain = (started.get(ticketId)?.length ?? 0) > 1;
      if (leadsTo(usedAgain ? lastLife(types) : types, status)) return [];
      const story = `ticket ${ticketId} is ${status}, its events were ${types.join(', ') || 'none'}`;
      return [{ subject: ticketId, story }];
    });
  },
};

/** The events after the last ending but the one that ends them all. */
function lastLife(types: readonly string[]): readonly string[] {
  const ending = /^Matchmaking(Succeeded|Failed|Cancelled|TimedOut)$/;
  return types.slice(types.slice(0, -1).findLastIndex((type) => ending.test(type)) + 1);
}
