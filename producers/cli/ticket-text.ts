import type { Explanation } from '../../jobs/matchmaking/engine/explanation.ts';
import type { TicketExplanation } from '../../jobs/matchmaking/ticket-explanation.ts';
import type { DescribedTicket } from '../../jobs/session/described-ticket.ts';
import { table } from './table.ts';
import { counted, duration, since } from './wording.ts';

/** A ticket for people. */
export function ticketText(ticket: DescribedTicket): string {
  const { ticketId, configuration, status, players, startTime, endTime, estimatedWaitTime, matchId } = ticket;
  const ended = endTime ? `, ended ${endTime}` : `, ${since(startTime)} ago`;
  const said = [ticket.statusReason, ticket.statusMessage].filter(Boolean).join(': ');
  return [
    `ticket ${ticketId} of ${configuration}: ${status}${said && ` (${said})`}`,
    `started ${startTime}${ended}${matchId ? `, match ${matchId}` : ''}`,
    ...(estimatedWaitTime === undefined
      ? []
      : [`half of those before it waited ${estimatedWaitTime} s or less`]),
    '',
    table(
      players.map(({ playerId, attributes, latencyInMs }) => ({
        player: playerId,
        attributes: Object.entries(attributes)
          .map(([name, value]) => `${name}=${JSON.stringify(Object.values(value)[0])}`)
          .join(' '),
        ...(latencyInMs && {
          latency: Object.entries(latencyInMs)
            .map(([location, ms]) => `${location}=${ms}`)
            .join(' '),
        }),
      })),
    ),
  ].join('\n');
}

/** An explanation for people: the sentence first, then its figures. */
export function explanationText(explained: TicketExplanation): string {
  const { ticketId, configuration, status, startTime, summary } = explained;
  const figures = explanationFigures(explained);
  return [
    `${ticketId}: ${summary}`,
    `(${status} in ${explained.pool ?? configuration}, started ${startTime}, ${since(startTime)} ago)`,
    ...(figures.length > 0 ? ['', table(figures.map(([what, value]) => ({ what, value })))] : []),
  ].join('\n');
}

/** What an explanation says in figures. */
export const explanationFigures = (explained: TicketExplanation): Figure[] => [
  ...standing(explained),
  ...(explained.search ? searchFigures(explained.search) : []),
];

type Figure = readonly [what: string, value: string | number];

function standing({ status, deadline, matchId, job, acceptance }: TicketExplanation): Figure[] {
  const until = deadline && status === 'SEARCHING' ? Date.parse(deadline) - Date.now() : undefined;
  return [
    ...(until === undefined ? [] : [['times out in', duration(until)] as const]),
    ...(matchId ? [['match', matchId] as const] : []),
    ...(acceptance ? [['accepted', `${acceptance.accepted} of ${acceptance.players} players`] as const] : []),
    ...(acceptance ? [['has not answered', acceptance.waitingFor.join(', ')] as const] : []),
    ...(job
      ? [['job', `${job.id} on ${job.queue}: ${job.state}${job.reason ? `, ${job.reason}` : ''}`] as const]
      : []),
  ];
}

function searchFigures(search: Explanation): Figure[] {
  const { sample, nearestMiss: miss, nextStep } = search;
  const never = search.waitsFor === 'never';
  return [
    ...search.reasons.map((reason) => ['can never match', reason] as const),
    ...(never ? [] : [['players needed', search.playersNeeded] as const]),
    ...(never ? [] : [['players in reach', search.playersInReach] as const]),
    ...(never ? [] : [['tickets looked at', `${sample.lookedAt} of ${sample.waiting}`] as const]),
    ...(search.held
      ? [
          [
            'held',
            `${counted(search.held.players, 'player')} until ${new Date(search.held.until).toISOString()}`,
          ] as const,
        ]
      : []),
    ...(search.withoutRoom > 0
      ? [['fit no team beside it', counted(search.withoutRoom, 'ticket')] as const]
      : []),
    ...search.blockedBy.map(
      (it) =>
        [`rule ${it.rule}`, `keeps ${it.tickets} of ${counted(sample.lookedAt, 'ticket')} away`] as const,
    ),
    ...search.triedTogether.map(
      (it) => [`rule ${it.rule}`, `failed ${it.failed} of ${it.failed + it.passed} line-ups tried`] as const,
    ),
    ...(miss ? [['nearest', `${miss.ticketId}, misses rule ${miss.rule}${by(miss)}`] as const] : []),
    ...(nextStep
      ? nextStep.changes.map(
          (it) =>
            [
              `in ${duration(nextStep.at - Date.now())}`,
              `${it.target} goes from ${it.from ?? 'nothing'} to ${it.to}`,
            ] as const,
        )
      : []),
  ];
}

const by = ({ by: miss, limit }: NonNullable<Explanation['nearestMiss']>): string =>
  miss === undefined ? '' : ` by ${Math.round(miss * 1_000) / 1_000} (limit ${limit})`;
