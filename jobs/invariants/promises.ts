import type { Check, Finding } from './check.ts';
import { type Call, callsOf, promisedCalls } from './diary.ts';
import { decisionsIn } from './effects.ts';
import { gamesOf } from './games.ts';
import type { HeldEvent } from './held-event.ts';
import type { StoredMatch } from './snapshot.ts';

const playedMatchOf = (matches: readonly StoredMatch[]): Map<string, StoredMatch> =>
  new Map(
    matches
      .filter((match) => match.status === 'COMPLETED')
      .flatMap((match) => match.tickets.map((ticket) => [ticket.ticketId, match] as const)),
  );

/** A ticket that was stopped is in no match. */
export const stopHolds: Check = {
  invariant: 11,
  find({ matches }, diary) {
    const matchOf = playedMatchOf(matches);
    return promisedCalls(diary, 'stop').flatMap(({ ticketId }) => {
      const match = matchOf.get(ticketId);
      if (!match) return [];
      return [{ subject: ticketId, story: `ticket ${ticketId} was stopped and is in match ${match._id}` }];
    });
  },
};

/** Who was told that a newer ticket exists is not matched on an older one afterwards. */
export const newerTicketHolds: Check = {
  invariant: 11,
  find({ matches, events }, diary) {
    if (diary.clockMoved) return [];
    const matchOf = playedMatchOf(matches);
    const decidedAt = new Map(decisionsIn(events).map((event) => [event.matchId, event.time]));
    const byPlayer = new Map<string, Call<'start'>[]>();
    for (const call of promisedCalls(diary, 'start'))
      for (const id of call.playerIds) byPlayer.set(id, [...(byPlayer.get(id) ?? []), call]);
    return [...byPlayer].flatMap(([playerId, calls]) =>
      calls.flatMap((newer, at): Finding[] => {
        const older = calls.slice(0, at).findLast((call) => call.toldAt <= newer.askedAt);
        const match = older && matchOf.get(older.ticketId);
        const decided = match && (decidedAt.get(match._id) ?? match.now);
        if (!older || decided === undefined || decided <= newer.toldAt) return [];
        const story = `player ${playerId} asked for ticket ${newer.ticketId} and was matched on ${older.ticketId} ${decided - newer.toldAt} ms later`;
        return [{ subject: older.ticketId, story }];
      }),
    );
  },
};

/** Who accepted is not cancelled for having been silent. */
export const acceptanceCounts: Check = {
  invariant: 11,
  find({ events }, diary) {
    const answers = Map.groupBy(promisedCalls(diary, 'accept'), (call) => `${call.matchId} ${call.ticketId}`);
    const withdrawn = new Set([
      ...callsOf(diary, 'stop').map((call) => call.ticketId),
      ...callsOf(diary, 'accept')
        .filter((call) => call.acceptance === 'REJECT')
        .map((call) => call.ticketId),
    ]);
    const replaced = ticketsReplaced(callsOf(diary, 'start'));
    return failedProposals(events).flatMap(({ matchId, cancelled }) =>
      cancelled.flatMap(({ ticketId, playerIds }) => {
        if (withdrawn.has(ticketId) || replaced.has(ticketId)) return [];
        const accepted = new Set((answers.get(`${matchId} ${ticketId}`) ?? []).flatMap((it) => it.playerIds));
        if (!playerIds.every((id) => accepted.has(id))) return [];
        const story = `ticket ${ticketId} accepted match ${matchId} and was CANCELLED when that was not accepted`;
        return [{ subject: ticketId, story }];
      }),
    );
  },
};

/** Tickets for which one of their players asked for a newer one. */
function ticketsReplaced(starts: readonly Call<'start'>[]): Set<string> {
  const newest = new Map<string, string>();
  const replaced = new Set<string>();
  for (const { ticketId, playerIds } of starts)
    for (const id of playerIds) {
      const older = newest.get(id);
      if (older && older !== ticketId) replaced.add(older);
      newest.set(id, ticketId);
    }
  return replaced;
}

/** Proposals that were not accepted, each with the tickets whose next event was their end. */
function failedProposals(events: readonly HeldEvent[]) {
  const lastProposal = new Map<string, string>();
  const cancelled = new Map<string, HeldEvent['tickets'][number][]>();
  for (const { type, matchId, acceptance, tickets } of events)
    for (const ticket of tickets) {
      const proposal = lastProposal.get(ticket.ticketId);
      lastProposal.delete(ticket.ticketId);
      if (type === 'AcceptMatchCompleted' && acceptance !== 'Accepted')
        lastProposal.set(ticket.ticketId, matchId);
      else if (type === 'MatchmakingCancelled' && proposal !== undefined)
        cancelled.set(proposal, [...(cancelled.get(proposal) ?? []), ticket]);
    }
  return [...cancelled].map(([matchId, own]) => ({ matchId, cancelled: own }));
}

/** Who left a match is out of it, and of what it goes on as. */
export const leaverStaysOut: Check = {
  invariant: 11,
  find({ matches, outbox }, diary) {
    const { chain } = gamesOf(matches);
    return promisedCalls(diary, 'player-left').flatMap(({ matchId, playerId, toldAt }): Finding[] => {
      const game = chain(matchId);
      const end = game.at(-1);
      if (!end || (!diary.settled && outbox.includes(matchId))) return [];
      const over = !diary.clockMoved && end.rated_at !== undefined && end.rated_at <= toldAt;
      const isOut = game.some((match) => match.left?.includes(playerId)) || !sits(end, playerId);
      if (over || isOut) return [];
      return [
        { subject: playerId, story: `player ${playerId} left match ${matchId} and is in match ${end._id}` },
      ];
    });
  },
};

const sits = ({ teams }: StoredMatch, playerId: string) =>
  teams.some((team) => team.playerIds.includes(playerId));
