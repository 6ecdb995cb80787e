import { isTerminal } from '../ticket/lifecycle.ts';
import type { Check } from './check.ts';
import { type Diary, promisedCalls, undisturbedMs } from './diary.ts';
import { gamesOf } from './games.ts';
import type { HeldTicket, Snapshot } from './snapshot.ts';

/**
 * How long (ms) after its time a ticket may still be found waiting: a dead worker's work takes 15 s to
 * resume.
 */
const lateMs = 30_000;

/** A ticket whose start was promised is in a store. */
export const ticketKept: Check = {
  invariant: 1,
  find({ tickets, claims }, diary) {
    const known = new Set([...tickets.map((it) => it.ticketId), ...claims.map((it) => it._id)]);
    const promised = [...promisedCalls(diary, 'start'), ...promisedCalls(diary, 'start-backfill')];
    return promised
      .filter(({ ticketId }) => !known.has(ticketId))
      .map(({ ticketId }) => ({ subject: ticketId, story: `ticket ${ticketId} is gone` }));
  },
};

/** When everything has come to its end, so has every ticket but those that want players for a live match. */
export const ticketEnded: Check = {
  invariant: 1,
  find({ tickets, matches }, { settled }) {
    const live = new Set(matches.filter(gamesOf(matches).isLive).map((match) => match._id));
    return tickets
      .filter((ticket) => settled && !isTerminal(ticket.status) && !live.has(ticket.fills ?? ''))
      .map(({ ticketId, status }) => ({ subject: ticketId, story: `ticket ${ticketId} is still ${status}` }));
  },
};

/** A ticket that waits stands where somebody will find it, and no other ticket stands there. */
export const ticketFindable: Check = {
  invariant: 1,
  find({ tickets, pools, proposals, outbox }) {
    const pooled = new Map([...pools].flatMap(([pool, ids]) => ids.map((id) => [id, pool] as const)));
    const [proposed, decided] = [new Set(proposals), new Set(outbox)];
    return tickets.flatMap(({ ticketId, status, pool, matchId }) => {
      const place = pooled.get(ticketId);
      const stories = [
        ((status === 'SEARCHING') !== (place !== undefined) || (place !== undefined && place !== pool)) &&
          `ticket ${ticketId} is ${status} of pool ${pool} and stands in ${place ?? 'none'}`,
        status === 'REQUIRES_ACCEPTANCE' &&
          !proposed.has(matchId) &&
          `ticket ${ticketId} is asked about match ${matchId}, which nobody proposes`,
        status === 'PLACING' &&
          !decided.has(matchId) &&
          `ticket ${ticketId} is placed by match ${matchId}, which is not in the outbox`,
      ];
      return stories.filter((it) => it !== false).map((story) => ({ subject: ticketId, story }));
    });
  },
};

/** A ticket that nobody matched times out in time, not counting the time in which faults struck. */
export const ticketEndedInTime: Check = {
  invariant: 1,
  find(held, diary) {
    const allowed = allowedWaits(held);
    const toldAt = new Map(promisedCalls(diary, 'start').map((call) => [call.ticketId, call.toldAt]));
    return held.tickets.flatMap((ticket) => {
      const most = allowed.get(ticket.configuration);
      const waited = waitOf(ticket, held, diary, toldAt.get(ticket.ticketId));
      if (most === undefined || waited === undefined || waited <= most + lateMs) return [];
      const { ticketId, status } = ticket;
      const story = `ticket ${ticketId} is ${status} after ${Math.round(waited / 1_000)} s; ${most / 1_000} s are allowed`;
      return [{ subject: ticketId, story }];
    });
  },
};

/** By configuration the longest (ms) that any of its versions lets a ticket search and be asked. */
function allowedWaits({ configurations, installed }: Snapshot): Map<string, number> {
  const allowed = new Map<string, number>();
  for (const { configuration } of [...configurations, ...installed]) {
    const { name, requestTimeoutSeconds, acceptanceTimeoutSeconds = 0 } = configuration;
    const most = (requestTimeoutSeconds + acceptanceTimeoutSeconds) * 1_000;
    allowed.set(name, Math.max(most, allowed.get(name) ?? 0));
  }
  return allowed;
}

/**
 * How long a ticket waited that found no match; `undefined` for one that was matched, or whose times mean
 * nothing.
 */
function waitOf(
  { ticketId, status, start, end }: HeldTicket,
  { takenAt }: Snapshot,
  diary: Diary,
  toldAt: number | undefined,
): number | undefined {
  const undecided = status === 'SEARCHING' || status === 'REQUIRES_ACCEPTANCE';
  if (!undecided && status !== 'TIMED_OUT') return undefined;
  const endedAt = undecided ? takenAt : diary.endingHeardAt.get(ticketId);
  if (toldAt !== undefined && endedAt !== undefined) return undisturbedMs(diary, toldAt, endedAt);
  return diary.clockMoved ? undefined : undisturbedMs(diary, start, end ?? takenAt);
}

/**
 * Who uses a ticket id again harms nobody else: should their match come second for that id, its other tickets
 * search again.
 */
export const ticketIdUsedAgain: Check = {
  invariant: 1,
  find({ tickets, matches }, diary) {
    const starts = Map.groupBy(promisedCalls(diary, 'start'), (call) => call.ticketId);
    const reused = new Set([...starts].filter(([, calls]) => calls.length > 1).map(([id]) => id));
    const failed = new Map(
      tickets.filter((it) => it.reason === 'TicketInAnotherMatch').map((it) => [it.ticketId, it]),
    );
    return matches.flatMap((match) => {
      const members = match.tickets.map((ticket) => ticket.ticketId);
      const again = members.find((id) => reused.has(id));
      if (match.status !== 'FAILED' || !again) return [];
      const harmed = members.filter((id) => id !== again && failed.has(id)).join(', ');
      if (!harmed) return [];
      const story = `match ${match._id} failed because ticket id ${again} was used again; with it failed ${harmed}`;
      return [{ subject: again, story }];
    });
  },
};
