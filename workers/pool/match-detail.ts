import type { CommittedMatch } from '../../jobs/match/match.ts';

/** The part of a FlexMatch event that names a match: its tickets, and every player with a team. */
export function matchDetail(match: CommittedMatch, more: Readonly<Record<string, unknown>>) {
  return { matchId: match.matchId, tickets: ticketsWithTeams(match), ...more };
}

export function ticketsWithTeams(match: CommittedMatch) {
  const teamOf = new Map(match.teams.flatMap((team) => team.playerIds.map((id) => [id, team.name] as const)));
  return match.tickets.map(({ ticketId, startTime, players }) => ({
    ticketId,
    startTime,
    players: players.map(({ playerId }) => ({ playerId, team: teamOf.get(playerId) })),
  }));
}
