import type { Check, Finding } from './check.ts';
import { callsOf } from './diary.ts';
import type { HeldEvent } from './held-event.ts';

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

/** Events that say that a match was decided. */
export const decisionsIn = (events: readonly HeldEvent[]): HeldEvent[] =>
  events.filter(
    ({ type, asksFirst, acceptance }) =>
      (type === 'PotentialMatchCreated' && !asksFirst) ||
      (type === 'AcceptMatchCompleted' && acceptance === 'Accepted'),
  );

/** The matches that events decide. */
export const decidedIn = (events: readonly HeldEvent[]): Set<string> =>
  new Set(decisionsIn(events).map((event) => event.matchId));

/** Events that say how a match ended, by match. */
const endingsIn = (events: readonly HeldEvent[]) =>
  Map.groupBy(
    events.filter(({ type, matchId }) => /Succeeded|Failed/.test(type) && matchId),
    (event) => event.matchId,
  );

/** Every match is decided once, and ends once when its effect is stored. */
export const matchEndedOnce: Check = {
  invariant: 4,
  find({ events, outbox }, { settled }) {
    const decisions = decisionsIn(events);
    const ids = decidedIn(events);
    const endings = endingsIn(events);
    const findings: Finding[] = [];
    if (decisions.length !== ids.size)
      findings.push({ subject: '', story: `${decisions.length} decisions of ${ids.size} matches` });
    for (const id of ids) {
      const count = endings.get(id)?.length ?? 0;
      if (count !== 1 && (settled || !outbox.includes(id)))
        findings.push({ subject: id, story: `match ${id} ended ${times(count)}` });
    }
    return findings;
  },
};

/** When everything has come to its end, no match waits for its effect. */
export const outboxEmptied: Check = {
  invariant: 4,
  find: ({ outbox }, { settled }) =>
    settled ? outbox.map((id) => ({ subject: id, story: `match ${id} is still in the outbox` })) : [],
};

/**
 * A match that succeeded is recorded, and nothing is recorded that was not decided, by a store that has gone
 * back since or not. A failover may lose a decision together with all of its tickets, before anybody heard of
 * either: then nobody was promised anything.
 */
export const matchRecorded: Check = {
  invariant: 4,
  find({ events, matches, tickets, eventsComplete }, diary) {
    const { takenBack, disturbances } = diary;
    const known = new Set([
      ...tickets.map((it) => it.ticketId),
      ...callsOf(diary, 'start').flatMap((it) => (it.told === 'yes' ? [it.ticketId] : [])),
    ]);
    const isLost = (own: readonly { readonly ticketId: string }[]) =>
      disturbances.length > 0 && own.every((it) => !known.has(it.ticketId));
    const ids = decidedIn(events);
    const lost = decidedIn(takenBack);
    const recorded = new Map(matches.map((match) => [match._id, match.status]));
    const findings: Finding[] = [];
    for (const [id, [ending]] of endingsIn(events))
      if (ids.has(id) && ending?.type === 'MatchmakingSucceeded' && recorded.get(id) !== 'COMPLETED')
        findings.push({
          subject: id,
          story: `match ${id} succeeded and is ${recorded.get(id) ?? 'not'} recorded`,
        });
    for (const { _id: id, tickets: own } of eventsComplete ? matches : [])
      if (!ids.has(id) && !lost.has(id) && !isLost(own))
        findings.push({ subject: id, story: `match ${id} was recorded, not decided` });
    return findings;
  },
};

/** A match that was given up is recorded too. */
export const failedMatchRecorded: Check = {
  invariant: 4,
  find({ events, matches }) {
    const ids = decidedIn(events);
    const recorded = new Set(matches.map((match) => match._id));
    return [...endingsIn(events)]
      .filter(([id, [ending]]) => ids.has(id) && ending?.type === 'MatchmakingFailed' && !recorded.has(id))
      .map(([id]) => ({ subject: id, story: `match ${id} failed and has no document` }));
  },
};
