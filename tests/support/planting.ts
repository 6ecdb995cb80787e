import type { Call } from '../../jobs/invariants/diary.ts';
import type { HeldTicket, StoredMatch } from '../../jobs/invariants/snapshot.ts';
import type { Evening } from './good-evening.ts';

/** What is seen, and what made it so. */
export type Planted = readonly [story: string | RegExp, plant: (evening: Evening) => unknown];

export const patch = <T>(list: readonly T[], which: (it: T) => boolean, to: Partial<T>): T[] =>
  list.map((it) => (which(it) ? { ...it, ...to } : it));

export const aTicket = (id: string, to: Partial<HeldTicket>) => (evening: Evening) => {
  evening.held.tickets = patch(evening.held.tickets, (it) => it.ticketId === id, to);
};
export const aMatch = (id: string, to: Partial<StoredMatch>) => (evening: Evening) => {
  evening.held.matches = patch(evening.held.matches, (it) => it._id === id, to);
};
export const again = (id: string, to: Partial<StoredMatch>) => (evening: Evening) => {
  const match = evening.held.matches.find((it) => it._id === id);
  if (match) evening.held.matches = [...evening.held.matches, { ...match, ...to }];
};
export const calls =
  (...more: Call[]) =>
  (evening: Evening) => {
    evening.diary.calls = [...evening.diary.calls, ...more];
  };
export const all =
  (...steps: ((evening: Evening) => unknown)[]) =>
  (evening: Evening) => {
    for (const step of steps) step(evening);
  };
export const event = (at: number, times: number) => (evening: Evening) => {
  evening.held.events = evening.held.events.flatMap((it, index) =>
    index === at ? Array.from({ length: times }, () => it) : [it],
  );
};
export const told = (toldAt: number) => ({ askedAt: toldAt - 10, toldAt, told: 'yes' as const });
