import { z } from 'zod';
import { visibleRating } from '../../../jobs/ladder/rating.ts';
import type { DescribedMatch } from '../../live/describe-match.ts';
import { html } from '../html.ts';
import {
  configurationLink,
  facts,
  ladderLink,
  matchLink,
  moment,
  playerLink,
  table,
  ticketLink,
  urlOf,
  wait,
} from '../parts.ts';
import { readMatch } from '../read-match.ts';
import { defineScreen } from '../screen.ts';

export const match = defineScreen({
  path: '/match',
  input: z.strictObject({ id: z.string().min(1).max(128) }),
  title: ({ id }) => `Match ${id}`,
  freshMs: 3_000,
  read: ({ id }, fleet) => readMatch(id, fleet),
  view: (it) => html`
    <p class="why">${sentenceOf(it)}</p>
    ${facts([
      ['Configuration', configurationLink(it.match.configuration)],
      ['Ladder', ladderLink(it.match.ladder)],
      ['Formed', moment(new Date(it.match.now).toISOString())],
      ['Location', it.match.location],
      ['Goes on from match', it.match.backfill && matchLink(it.match.backfill.matchId)],
      [
        'Form it again by',
        html`rule set <a href=${urlOf('/diff', { kind: 'rule_sets', name: it.ruleSet.name, to: it.ruleSet.version })}>${it.ruleSet.name} version ${it.ruleSet.version}</a>, time ${it.match.now}, seed ${it.match.seed}`,
      ],
    ])}
    ${table({
      caption: 'Teams',
      columns: ['Player', 'Team', 'Chance to win', 'Result', 'Rating before', 'Rating after', 'Left early'],
      rows: seatsOf(it),
      none: '',
    })}
    ${table({
      caption: 'Tickets, as they were when the match was decided',
      columns: ['Ticket', 'Waited', 'Stage of the expansions', 'Players'],
      rows: it.atCommit.map((ticket) => [
        ticketLink(ticket.ticketId),
        wait(ticket.waitMs),
        ticket.stage === undefined ? 'not known any more' : `${ticket.stage} of ${ticket.stages}`,
        ticket.players.length,
      ]),
      none: '',
    })}
    ${
      it.stage === 'stored' &&
      it.match.corrections &&
      table({
        caption: 'Corrections of its result',
        columns: ['When', 'By', 'Why'],
        rows: it.match.corrections.map(({ at, by, reason }) => [moment(at), by, reason]),
        none: '',
      })
    }`,
});

function sentenceOf(it: DescribedMatch): string {
  if (it.stage === 'decided')
    return `It is decided and not stored yet: job ${it.jobId} on session-creation carries it.`;
  if (it.stage === 'proposed')
    return it.acceptance
      ? `Its players are asked: ${it.acceptance.accepted} of ${it.acceptance.players} have accepted, until ${it.acceptance.until}.`
      : 'Its players are asked.';
  const { status, result, rated_at: ratedAt } = it.match;
  if (status === 'FAILED') return 'It could not be placed.';
  return result
    ? `It was played; its result was rated ${ratedAt}.`
    : 'It is played; no result was reported yet.';
}

function seatsOf(it: DescribedMatch) {
  const stored = it.stage === 'stored' ? it.match : undefined;
  const latest = new Map(
    (it.stage === 'stored' ? it.ratingChanges : [])
      .toSorted((a, b) => a.revision - b.revision)
      .map((change) => [change.player_id, change]),
  );
  return it.match.teams.flatMap((team, at) => {
    const result = stored?.result?.teams.find((one) => one.name === team.name);
    const chance = stored?.chances?.[at];
    return team.playerIds.map((id) => {
      const change = latest.get(id);
      return [
        playerLink(id),
        team.name,
        chance !== undefined && `${Math.round(chance * 100)} %`,
        result && ('rank' in result ? `rank ${result.rank}` : `score ${result.score}`),
        change && Math.round(visibleRating(change.before)),
        change && Math.round(change.current_rating),
        stored?.left?.includes(id) && 'left',
      ];
    });
  });
}
