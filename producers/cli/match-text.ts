import { visibleRating } from '../../jobs/ladder/rating.ts';
import type { StoredResult } from '../../jobs/ladder/result.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { DescribedMatch, RatingChange, StoredMatch } from '../live/describe-match.ts';
import { table } from './table.ts';
import { counted, since } from './wording.ts';

/** A match for people: where it is, then a line per player. */
export function matchText(matchId: string, found: DescribedMatch): string {
  switch (found.stage) {
    case 'proposed': {
      const { acceptance: asked } = found;
      const answers = asked
        ? `: ${asked.accepted} of ${asked.players} have accepted, until ${asked.until}`
        : '';
      return [
        heading(matchId, found.match),
        `PROPOSED, its players are asked${answers}`,
        '',
        seats(found.match, { ...found, changes: [] }),
      ].join('\n');
    }
    case 'decided':
      return [
        heading(matchId, found.match),
        `DECIDED ${since(found.decidedAt)} ago and not stored yet: job ${found.jobId} on session-creation carries it`,
        '',
        seats(found.match, { ...found, changes: [] }),
      ].join('\n');
    case 'stored':
      return storedText(matchId, found.match, found.ratingChanges);
  }
}

type Seats = Pick<CommittedMatch, 'teams' | 'tickets' | 'configuration' | 'now'>;

const heading = (matchId: string, { configuration, tickets, now }: Seats): string =>
  `match ${matchId} of ${configuration}, formed ${new Date(now).toISOString()} from ${counted(tickets.length, 'ticket')}`;

function storedText(matchId: string, match: StoredMatch, changes: readonly RatingChange[]): string {
  const { status, ladder, rule_set: ruleSet, result, rated_at: ratedAt, corrections = [] } = match;
  const rated = result ? `, rated ${ratedAt}` : ', no result reported yet';
  return [
    heading(matchId, match),
    `${status}, rule set ${ruleSet.name}@${ruleSet.version}, ladder ${ladder}${rated}`,
    ...corrections.map((it) => `result corrected ${it.at} by ${it.by}: ${it.reason}`),
    '',
    seats(match, { ...match, changes }),
  ].join('\n');
}

interface Outcome extends Pick<StoredMatch, 'result' | 'left'> {
  readonly chances?: readonly number[];
  readonly changes: readonly RatingChange[];
}

function seats(match: Seats, { chances, result, left = [], changes }: Outcome): string {
  const ticketOf = new Map(
    match.tickets.flatMap((it) => it.players.map((player) => [player.playerId, it.ticketId])),
  );
  const latest = new Map(changes.toSorted((a, b) => a.revision - b.revision).map((it) => [it.player_id, it]));
  return table(
    match.teams.flatMap((team, at) =>
      team.playerIds.map((player) => ({
        team: team.name,
        player,
        ticket: ticketOf.get(player),
        ...(chances && { chance: `${Math.round((chances[at] ?? 0) * 100)} %` }),
        ...(result && { result: place(result, team.name) }),
        ...(latest.size > 0 && ratingCells(latest.get(player))),
        ...(left.length > 0 && { left: left.includes(player) ? 'left' : '' }),
      })),
    ),
  );
}

function place({ teams }: StoredResult, name: string): string {
  const team = teams.find((it) => it.name === name);
  if (!team) return '';
  return 'rank' in team ? `rank ${team.rank}` : `score ${team.score}`;
}

function ratingCells(change: RatingChange | undefined) {
  if (!change) return {};
  const before = visibleRating(change.before);
  const by = change.current_rating - before;
  return { 'rating before': before, after: change.current_rating, change: by > 0 ? `+${by}` : String(by) };
}
